"""Plans all changes of an assignment when it is taken, from the seed and the behaviour settings. Pure."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.hours import add_hours, hours_between
from simulators.faults import draw

_SPREAD = 0.5
_LATE_MEDIAN_HOURS = 9.0
_IN_TIME_AT_LEAST, _IN_TIME_AT_MOST = 0.5, 0.85
_FARTHEST_DUE = timedelta(days=366)


class State(StrEnum):
    """The states of an assignment at any agency; each dialect has its own word or number for them."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    INFORMATION_NEEDED = "information_needed"
    DONE = "done"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    RECALLED = "recalled"


ENDED_STATES = frozenset({State.DONE, State.REFUSED, State.FORWARDED, State.RECALLED})
"""The states in which an agency no longer works on an assignment."""


@dataclass(frozen=True)
class Habits:
    """How an agency works: median working hours of each stage, and the texts of its statuses.

    `accepts_at_once`: its acceptance of an assignment is the acknowledgement. `reasons` are pairs of code
    and note text for a refusal; `redirects` are the agencies that a forward may name. An agency without a
    note text for RECALLED reports no change for a recall.
    """

    accept: float
    begin: float
    wait_for_information: float
    finish: float
    note_texts: Mapping[State, tuple[str, ...]]
    reasons: tuple[tuple[str, str], ...]
    redirects: tuple[str, ...] = ()
    accepts_at_once: bool = False


@dataclass(frozen=True)
class PlannedChange:
    """A change that will happen at the business time `at`."""

    at: datetime
    state: State
    note_text: str = ""
    reason: str = ""
    redirect_to: str = ""


@dataclass(frozen=True)
class _Draws:
    """All random draws, in one order, so that a behaviour setting changes nothing but its own effect."""

    end: float
    information: float
    late: float
    named: float
    fit: float
    durations: tuple[float, ...]
    late_hours: float
    texts: random.Random

    @classmethod
    def of(cls, chance: random.Random) -> "_Draws":
        end, information, late, named, fit = (chance.random() for _ in range(5))
        durations = tuple(chance.lognormvariate(0, _SPREAD) for _ in range(5))
        late_hours = _LATE_MEDIAN_HOURS * chance.lognormvariate(0, _SPREAD)
        return cls(end, information, late, named, fit, durations, late_hours, chance)


def plan(
    seed: str, key: str, taken_at: datetime, due_at: datetime, habits: Habits, behaviour: AgencyBehaviour
) -> tuple[PlannedChange, ...]:
    """The changes of the assignment `key`, taken at `taken_at` and due at `due_at` (business time, aware).

    They fall in working hours, in order, and at least a second apart; the last one is the end.
    """
    draws = _Draws.of(draw(seed, "life", key))
    stages = _stages(draws, habits, behaviour)
    hours = _fit([duration / behaviour.pace for _, duration in stages], taken_at, due_at, draws, behaviour)
    changes: list[PlannedChange] = []
    at, spent = taken_at, 0.0
    for (state, _), duration in zip(stages, hours, strict=True):
        spent += duration * behaviour.duration_scale
        at = max(add_hours(taken_at, spent), at + timedelta(seconds=1))
        changes.append(_change(at, state, habits, draws, behaviour))
    return tuple(changes)


def _stages(draws: _Draws, habits: Habits, behaviour: AgencyBehaviour) -> list[tuple[State, float]]:
    """The states to come, each with the working hours since the previous one."""
    return list(_drawn_stages(draws, habits, behaviour, _end(draws.end, behaviour)))


def _drawn_stages(
    draws: _Draws, habits: Habits, behaviour: AgencyBehaviour, end: State
) -> Iterator[tuple[State, float]]:
    accept, begin, ask, wait, finish = draws.durations
    if not habits.accepts_at_once:
        yield State.ACCEPTED, habits.accept * accept
    if end is State.FORWARDED:
        yield end, habits.begin * finish
        return
    yield State.IN_PROGRESS, habits.begin * begin
    if draws.information < behaviour.information_rate:
        yield State.INFORMATION_NEEDED, habits.finish * ask / 3
        yield State.IN_PROGRESS, habits.wait_for_information * wait
    yield end, habits.finish * finish


def _end(chance: float, behaviour: AgencyBehaviour) -> State:
    if chance < behaviour.refuse_rate:
        return State.REFUSED
    return State.FORWARDED if chance < behaviour.refuse_rate + behaviour.forward_rate else State.DONE


def _fit(
    hours: list[float], taken_at: datetime, due_at: datetime, draws: _Draws, behaviour: AgencyBehaviour
) -> list[float]:
    """The stages' hours, fitted to end before the due date, or after it for the late share.

    An assignment that was already due when it came keeps its hours.
    """
    available = hours_between(taken_at, min(due_at, taken_at + _FARTHEST_DUE))
    wanted = sum(hours)
    if draws.late < behaviour.late_rate:
        return [*hours[:-1], hours[-1] + max(0.0, available - wanted) + draws.late_hours]
    if available > 0 and wanted > _IN_TIME_AT_MOST * available:
        share = _IN_TIME_AT_LEAST + (_IN_TIME_AT_MOST - _IN_TIME_AT_LEAST) * draws.fit
        return [stage * available * share / wanted for stage in hours]
    return hours


def _change(
    at: datetime, state: State, habits: Habits, draws: _Draws, behaviour: AgencyBehaviour
) -> PlannedChange:
    if state is State.REFUSED:
        reason, note_text = draws.texts.choice(habits.reasons)
        return PlannedChange(at, state, note_text, reason)
    note_text = draws.texts.choice(habits.note_texts[state])
    named = state is State.FORWARDED and draws.named < behaviour.redirect_named_rate and habits.redirects
    return PlannedChange(
        at, state, note_text, redirect_to=draws.texts.choice(habits.redirects) if named else ""
    )
