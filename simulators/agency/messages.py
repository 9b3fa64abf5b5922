"""What an agency is told about an assignment later on, and what becomes of the assignment then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.agency.hours import add_hours, hours_between
from simulators.agency.lifecycle import Habits, Moment, State

Kind = Literal["recall", "information"]
ENDED = frozenset({State.DONE, State.REFUSED, State.FORWARDED, State.RECALLED})
"""The states in which an agency works on an assignment no more."""


@dataclass(frozen=True)
class Message:
    """A message as it came in, under the sender's `id`; it is about the assignment whose `column` is `value`.

    `fields` are the names of what was filled in, never what it said.
    """

    id: str
    kind: Kind
    column: Literal["key", "reference"]
    value: str
    fields: tuple[str, ...] = ()


def life_after(
    kind: Kind, state: State, planned: Sequence[Moment], now: datetime, habits: Habits
) -> tuple[Moment, ...]:
    """The moments to come of an assignment in `state`, once the agency was told at business time `now`.

    A recall ends its life: with a last word where the agency has one for that. Information lets an agency
    go on at once that waits for it, and everything after that comes earlier too; to any other agency it is
    just a paper.
    """
    if kind == "recall":
        words = habits.note_texts.get(State.RECALLED, ())
        return tuple(Moment(now, State.RECALLED, note_text) for note_text in words[:1])
    if state is State.INFORMATION_NEEDED and planned:
        return tuple(_earlier(moment, planned[0].at, now) for moment in planned)
    return tuple(planned)


def _earlier(moment: Moment, first: datetime, now: datetime) -> Moment:
    """The moment as long after `now`, in working hours, as it was planned after the `first` one."""
    at = max(add_hours(now, hours_between(first, moment.at)), now)
    return Moment(min(at, moment.at), moment.state, moment.note_text, moment.reason, moment.redirect_to)
