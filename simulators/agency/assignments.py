"""The assignments of one agency: submit one, read it, send a message about it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from prometheus_client import Counter
from starlette.types import Receive

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.lifecycle import Habits, State, plan
from simulators.agency.messages import Column, Message, replan
from simulators.agency.store.records import Assignment, Change, MessageResult, Submission
from simulators.agency.store.store import Store
from simulators.clock import BusinessClock
from simulators.faults import Faults, draw
from simulators.journal import Journal

_SUBMISSIONS = Counter("simulator_submissions_total", "Assignments submitted.", ["agency", "outcome"])
_MESSAGES = Counter("simulator_messages_total", "Messages about assignments.", ["agency", "kind", "outcome"])
P = ParamSpec("P")
R = TypeVar("R")


class AgencyProfile(Protocol):
    """What the assignments depend on in their agency; an acceptance shows `first_state`."""

    agency: str
    habits: Habits
    first_state: State

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """The agency's own reference of its assignment `number`."""


class AssignmentBook:
    """Takes assignments and the messages about them, and shows their changes.

    One thread does all access to the store.
    """

    def __init__(
        self, profile: AgencyProfile, store: Store, journal: Journal, faults: Faults, clock: BusinessClock
    ):
        self.agency = profile.agency
        self.clock = clock
        self.replanned = asyncio.Event()
        self._profile = profile
        self._store = store
        self._journal = journal
        self._faults = faults
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._to_schedule: list[int] = []

    @property
    def behaviour(self) -> AgencyBehaviour:
        """The current behaviour settings."""
        assert isinstance(self._faults.behaviour, AgencyBehaviour)
        return self._faults.behaviour

    @property
    def faults(self) -> Faults:
        """How the system misbehaves now."""
        return self._faults

    async def call(self, function: Callable[P, R], *values: P.args, **named: P.kwargs) -> R:
        """Run a method of the store on the store's thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(function, *values, **named)
        )

    async def submit(self, submission: Submission, receive: Receive) -> tuple[Assignment, bool]:
        """Take an assignment once; the flag says whether it is new.

        It is on disk when this returns. With `timeout_after_accept` this may not return before the caller
        leaves.
        """
        assignment, new = await self.call(self._accept, submission)
        _SUBMISSIONS.labels(self.agency, "new" if new else "duplicate").inc()
        if new:
            await self._schedule(assignment.number, submission.key, receive)
        return assignment, new

    async def submit_message(self, message: Message, receive: Receive) -> MessageResult:
        """Take a message about an assignment once; durable and answered as an assignment is."""
        result = await self.call(self._accept_message, message)
        _MESSAGES.labels(self.agency, message.kind, result.outcome).inc()
        if result.outcome == "accepted" and result.assignment is not None:
            await self._schedule(result.assignment.number, message.id, receive)
        return result

    async def find(self, column: Column, value: str) -> Assignment | None:
        """The assignment by `key` or by `reference`."""
        return await self.call(self._store.assignments.find, column, value)

    async def changes_after(self, change_id: int, limit: int) -> list[Change]:
        """At most `limit` changes after `change_id`, in order."""
        return await self.call(self._store.changes.after, change_id, limit)

    async def change_id_of(self, event_id: str) -> int | None:
        """The number of the change with this event id."""
        return await self.call(self._store.changes.id_of, event_id)

    async def log_invalid(self, problems: list[str]) -> None:
        """Log a submission that failed validation; `problems` name fields, never their content."""
        _SUBMISSIONS.labels(self.agency, "invalid").inc()
        await self.call(self._add_to_log, {**self._stamps(), "outcome": "invalid", "problems": problems})

    def log_since(self, last: int) -> list[dict[str, Any]]:
        """The log of what came in, after entry `last`."""
        return self._journal.since(last)

    def drain_replanned(self) -> list[int]:
        """The assignments taken or replanned since the last call."""
        numbers, self._to_schedule = self._to_schedule, []
        return numbers

    def export_log(self) -> None:
        """Write to `received.jsonl` what the store has beyond it, also after a death between the two."""
        while entries := self._store.received.since(self._journal.last_id):
            for entry in entries:
                self._journal.append(entry)

    def close(self) -> None:
        """Let the store's thread finish, and close the files."""
        self._thread.shutdown()
        self._store.close()
        self._journal.close()

    async def _schedule(self, number: int, cause: str, receive: Receive) -> None:
        """Have the scheduler read the assignment's next change; by chance, never answer who sent `cause`."""
        self._to_schedule.append(number)
        self.replanned.set()
        if draw(self._faults.seed, "timeout", cause).random() < self.behaviour.timeout_after_accept:
            await self._faults.hang(receive)

    def _accept(self, submission: Submission) -> tuple[Assignment, bool]:
        now, profile = self.clock.now(), self._profile
        entry = {
            **self._stamps(),
            "key": submission.key,
            "service": submission.service,
            "due_at": submission.due_at.isoformat(),
            "fields": list(submission.fields),
        }
        assignment, new = self._store.accept(
            submission,
            now,
            profile.first_state,
            partial(profile.reference, submission.key, now),
            plan(self._faults.seed, submission.key, now, submission.due_at, profile.habits, self.behaviour),
            entry,
        )
        self.export_log()
        return assignment, new

    def _accept_message(self, message: Message) -> MessageResult:
        now = self.clock.now()
        entry = {
            **self._stamps(),
            "message": message.id,
            "kind": message.kind,
            "fields": list(message.fields),
        }
        result = self._store.accept_message(
            message,
            lambda state, planned: replan(message.kind, state, planned, now, self._profile.habits),
            entry,
        )
        self.export_log()
        return result

    def _add_to_log(self, entry: dict[str, Any]) -> None:
        self._store.received.add(entry)
        self.export_log()

    def _stamps(self) -> dict[str, str]:
        real = datetime.now(UTC)
        return {
            "at": real.isoformat(timespec="milliseconds"),
            "business_at": self.clock.at(real).isoformat(timespec="milliseconds"),
        }
