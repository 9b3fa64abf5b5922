"""The records of an agency's state: what came in, what it became, what is still to be sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.agency.lifecycle import PlannedChange, State


@dataclass(frozen=True)
class Submission:
    """An assignment as it came in; `fields` are the names of the fields filled in, never their content."""

    key: str
    service: str
    due_at: datetime
    callback_url: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """An assignment as the agency has it; its acceptance showed `first_state`."""

    number: int
    key: str
    reference: str
    service: str
    state: State
    first_state: State
    sequence: int


@dataclass(frozen=True)
class MessageResult:
    """What became of a message about an assignment, and the assignment afterwards (None where `unknown`)."""

    outcome: Literal["accepted", "repeated", "ended", "unknown"]
    assignment: Assignment | None


@dataclass(frozen=True)
class Change:
    """One change of an assignment: `at` in business time, `sequence` in the assignment (2 is the first)."""

    change_id: int
    event_id: str
    sequence: int
    at: datetime
    state: State
    note_text: str
    reason: str
    redirect_to: str
    number: int
    key: str
    reference: str
    callback_url: str


@dataclass(frozen=True)
class Delivery:
    """A webhook still to be sent, not before the real time `not_before` (seconds since 1970)."""

    change_id: int
    copy: int
    not_before: float
    attempts: int


@dataclass(frozen=True, order=True)
class DueChange:
    """When the assignment `number` has its next planned change."""

    at: datetime
    number: int


@dataclass(frozen=True)
class PlayedChange:
    """A change that has happened, its webhooks, and the assignment's next change."""

    change: Change
    deliveries: list[Delivery]
    next_due: DueChange | None


Copies = Callable[[str], Sequence[tuple[float, str | None]]]
"""For an event id, the copies of its webhook: earliest real time to send it, outcome of one never sent."""
Replan = Callable[[State, Sequence[PlannedChange]], Sequence[PlannedChange]]
"""For an assignment's state and its planned changes, those planned from now on."""
