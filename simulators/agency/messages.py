"""Messages to an agency about an assignment it has, and what they change in its plan. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from simulators.agency.hours import add_hours, hours_between
from simulators.agency.lifecycle import Habits, PlannedChange, State

Kind = Literal["recall", "information"]
Column = Literal["key", "reference"]
"""How an assignment is named: by its sender's key, or by the agency's own reference."""


@dataclass(frozen=True)
class Message:
    """A message under its sender's `id`, about the assignment whose `column` is `value`.

    `fields` are the names of the fields filled in, never their content.
    """

    id: str
    kind: Kind
    column: Column
    value: str
    fields: tuple[str, ...] = ()


def replan(
    kind: Kind, state: State, planned: Sequence[PlannedChange], now: datetime, habits: Habits
) -> tuple[PlannedChange, ...]:
    """The changes to come of an assignment in `state`, after a message at the business time `now`.

    A recall ends the assignment, with a last change where the agency has a note text for it. Information
    lets an agency that waits for it go on at once, and brings all later changes forward. It changes
    nothing for an agency that does not wait.
    """
    if kind == "recall":
        note_texts = habits.note_texts.get(State.RECALLED, ())
        return tuple(PlannedChange(now, State.RECALLED, note_text) for note_text in note_texts[:1])
    if state is State.INFORMATION_NEEDED and planned:
        return tuple(_earlier(change, planned[0].at, now) for change in planned)
    return tuple(planned)


def _earlier(change: PlannedChange, first: datetime, now: datetime) -> PlannedChange:
    """`change` as long after `now`, in working hours, as it was planned after the `first` change."""
    at = max(add_hours(now, hours_between(first, change.at)), now)
    return replace(change, at=min(at, change.at))
