"""Where assignments come in: what every dialect's routes ask of the agency behind them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar

from prometheus_client import Counter
from starlette.types import Receive

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.dialects.dialect import Dialect
from simulators.agency.lifecycle import plan
from simulators.agency.messages import Message, life_after
from simulators.agency.store import Change, Heard, Order, Store, Taken
from simulators.clock import BusinessClock
from simulators.faults import Faults, draw
from simulators.journal import Journal

_SUBMISSIONS = Counter("simulator_submissions_total", "Assignments that came in.", ["agency", "outcome"])
_MESSAGES = Counter("simulator_messages_total", "What an agency was told.", ["agency", "kind", "outcome"])
P = ParamSpec("P")
R = TypeVar("R")


class AssignmentBook:
    """Takes assignments and what is told of them later; tells of changes.

    One thread has all access to the store.
    """

    def __init__(
        self, dialect: Dialect, store: Store, journal: Journal, faults: Faults, clock: BusinessClock
    ):
        self.dialect = dialect
        self.clock = clock
        self.taken = asyncio.Event()
        self._store = store
        self._journal = journal
        self._faults = faults
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._fresh: list[int] = []

    @property
    def behaviour(self) -> AgencyBehaviour:
        """The behaviour settings as they stand now."""
        assert isinstance(self._faults.behaviour, AgencyBehaviour)
        return self._faults.behaviour

    @property
    def faults(self) -> Faults:
        """How the system misbehaves now."""
        return self._faults

    async def call(self, function: Callable[P, R], *values: P.args, **named: P.kwargs) -> R:
        """Run a method of the store on its thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(function, *values, **named)
        )

    async def submit(self, order: Order, receive: Receive) -> tuple[Taken, bool]:
        """Take an assignment, once; on disk when this returns (`timeout_after_accept` prevents it)."""
        taken, new = await self.call(self._accept, order)
        _SUBMISSIONS.labels(self.dialect.agency, "new" if new else "duplicate").inc()
        if new:
            await self._plan_anew(taken.number, order.key, receive)
        return taken, new

    async def tell(self, message: Message, receive: Receive) -> Heard:
        """Take what is told of an assignment, once; on disk when this returns, as an assignment is."""
        heard = await self.call(self._hear, message)
        _MESSAGES.labels(self.dialect.agency, message.kind, heard.outcome).inc()
        if heard.outcome == "told" and heard.taken is not None:
            await self._plan_anew(heard.taken.number, message.id, receive)
        return heard

    async def _plan_anew(self, number: int, what: str, receive: Receive) -> None:
        """Let the scheduler see the assignment's next moment; perhaps say nothing to who sent `what`."""
        self._fresh.append(number)
        self.taken.set()
        if draw(self._faults.seed, "timeout", what).random() < self.behaviour.timeout_after_accept:
            await self._faults.hang(receive)

    async def find(self, column: str, value: str) -> Taken | None:
        """The assignment by `key` or by `reference`."""
        return await self.call(self._store.find, column, value)

    async def changes_after(self, change_id: int, limit: int) -> list[Change]:
        """The changes after `change_id`, in order."""
        return await self.call(self._store.changes_after, change_id, limit)

    async def change_id_of(self, event_id: str) -> int | None:
        """The number of the change with this event id."""
        return await self.call(self._store.change_id_of, event_id)

    async def note_invalid(self, problems: list[str]) -> None:
        """Log a submission that could not be understood; `problems` name fields, never their content."""
        _SUBMISSIONS.labels(self.dialect.agency, "invalid").inc()
        await self.call(self._refuse, {**self._stamps(), "outcome": "invalid", "problems": problems})

    def log_since(self, last: int) -> list[dict[str, Any]]:
        """The log of what came in, after entry `last`."""
        return self._journal.since(last)

    def drain_fresh(self) -> list[int]:
        """The assignments taken, or planned anew, since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """Let the store's thread finish, and close the files."""
        self._thread.shutdown()
        self._store.close()
        self._journal.close()

    def _accept(self, order: Order) -> tuple[Taken, bool]:
        now = self.clock.now()
        moments = plan(self._faults.seed, order.key, now, order.due_at, self.dialect.habits, self.behaviour)
        entry = {
            **self._stamps(),
            "key": order.key,
            "service": order.service,
            "due_at": order.due_at.isoformat(),
            "fields": list(order.fields),
        }
        reference = partial(self.dialect.reference, order.key, now)
        taken = self._store.accept(order, now, self.dialect.first_state, reference, moments, entry)
        self.export_log()
        return taken

    def _hear(self, message: Message) -> Heard:
        now = self.clock.now()
        entry = {
            **self._stamps(),
            "message": message.id,
            "kind": message.kind,
            "fields": list(message.fields),
        }
        heard = self._store.tell(
            message,
            lambda state, planned: life_after(message.kind, state, planned, now, self.dialect.habits),
            entry,
        )
        self.export_log()
        return heard

    def _refuse(self, entry: dict[str, Any]) -> None:
        self._store.note_refused(entry)
        self.export_log()

    def export_log(self) -> None:
        """Bring `received.jsonl` up to what the store says: also after a death between the two."""
        while entries := self._store.received_since(self._journal.last_id):
            for entry in entries:
                self._journal.append(entry)

    def _stamps(self) -> dict[str, str]:
        real = datetime.now(UTC)
        return {
            "at": real.isoformat(timespec="milliseconds"),
            "business_at": self.clock.at(real).isoformat(timespec="milliseconds"),
        }
