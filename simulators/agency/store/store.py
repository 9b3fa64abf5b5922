"""The transactions over an agency's state: take an assignment or a message once, play what is due."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from simulators.agency.lifecycle import ENDED_STATES, PlannedChange, State
from simulators.agency.messages import Message
from simulators.agency.store.assignments import AssignmentTable
from simulators.agency.store.changes import ChangeTable
from simulators.agency.store.database import Database
from simulators.agency.store.deliveries import DeliveryTable
from simulators.agency.store.planned import PlannedTable
from simulators.agency.store.received import ReceivedLog
from simulators.agency.store.records import (
    Assignment,
    Copies,
    DueChange,
    MessageResult,
    PlayedChange,
    Replan,
    Submission,
)


class Store:
    """The state of `agency` in the file `path`. Every method blocks; call them from one thread.

    What a method has written is on disk when it returns. The tables themselves are for single reads and
    single writes.

    Raises:
        ForeignStateError: the file belongs to another agency.
    """

    def __init__(self, path: Path, agency: str) -> None:
        self._database = Database(path, agency)
        self.received = ReceivedLog(self._database)
        self.assignments = AssignmentTable(self._database)
        self.planned = PlannedTable(self._database)
        self.changes = ChangeTable(self._database)
        self.deliveries = DeliveryTable(self._database)

    def accept(
        self,
        submission: Submission,
        taken_at: datetime,
        first_state: State,
        reference: Callable[[int], str],
        planned: Sequence[PlannedChange],
        entry: dict[str, Any],
    ) -> tuple[Assignment, bool]:
        """Take a submission once, and log `entry`; the flag says whether its key is new."""
        with self._database.transaction():
            known = self.assignments.find("key", submission.key)
            self.received.add({**entry, "outcome": "new" if known is None else "duplicate"})
            if known is not None:
                return known, False
            number = self.assignments.insert(submission, taken_at, first_state, reference)
            self.planned.replace(number, planned)
            return self.assignments.get(number), True

    def accept_message(self, message: Message, replan: Replan, entry: dict[str, Any]) -> MessageResult:
        """Take a message once, and log `entry`; a repeated id changes nothing."""
        with self._database.transaction():
            result = self._message_result(message, replan)
            about = None if result.assignment is None else result.assignment.key
            self.received.add({**entry, "assignment": about, "outcome": result.outcome})
            return result

    def play(self, due_changes: Iterable[DueChange], copies: Copies) -> list[PlayedChange]:
        """Let the planned changes happen, and plan their webhooks; skips those that are no longer planned."""
        with self._database.transaction():
            return [
                self._play(due.number, copies)
                for due in due_changes
                if self.planned.next_due(due.number) == due
            ]

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _message_result(self, message: Message, replan: Replan) -> MessageResult:
        assignment = self.assignments.find(message.column, message.value)
        if assignment is None:
            return MessageResult("unknown", None)
        if self.assignments.has_message(message):
            return MessageResult("repeated", assignment)
        if assignment.state in ENDED_STATES:
            return MessageResult("ended", assignment)
        number = assignment.number
        self.assignments.add_message(message, number)
        self.planned.replace(number, replan(assignment.state, self.planned.of(number)))
        if message.kind == "recall":
            self.assignments.set_state(number, State.RECALLED, assignment.sequence)
        return MessageResult("accepted", self.assignments.get(number))

    def _play(self, number: int, copies: Copies) -> PlayedChange:
        assignment = self.assignments.get(number)
        change = self.changes.insert(assignment, self.planned.pop(number))
        self.assignments.set_state(number, change.state, change.sequence)
        deliveries = self.deliveries.insert(change.change_id, copies(change.event_id))
        return PlayedChange(change, deliveries, self.planned.next_due(number))
