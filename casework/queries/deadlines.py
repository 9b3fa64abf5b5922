"""Why the clocks of a case are due when they are: calendar, holidays, suspensions, extension. Pure."""

from collections.abc import Iterator
from datetime import datetime

from casework.errors import unknown_clock
from catalogue.calendar import WorkingCalendar
from catalogue.calendar_explanation import Explanation, explain
from catalogue.model import Catalogue
from schemas.clocks import ClockReading, Suspension
from schemas.frozen import Frozen
from workflows.case.state import CaseState

STATUTORY_TERM = "case"
"""The subject whose clock is the statutory term: the case itself. Any other subject is a step's key."""


class ExplainedClock(Frozen):
    """A clock of a case, and how its end was computed.

    `due_at` is the deadline of the case; None while the clock is suspended. `why` counts by the catalogue's
    present calendar; with `by_another_calendar` the clock was read by another one, which gives another end.
    With `promised` a revision of the calendar would have made it due earlier, and what was promised is kept.
    """

    subject: str
    kind: str
    legal_basis: str
    started_at: datetime
    working_days: int
    extension_days: int
    extension_basis: str | None
    due_at: datetime | None
    calendar: str
    by_another_calendar: bool
    promised: bool
    suspensions: tuple[Suspension, ...]
    why: Explanation


def explain_clocks(catalogue: Catalogue, case: CaseState, subject: str) -> tuple[ExplainedClock, ...]:
    """The clocks of a step, or the terms of the case itself (`STATUTORY_TERM`).

    Raises:
        PermanentError: `clock.unknown`, or `unknown_calendar`: the catalogue has that calendar no more.
    """
    if subject not in (known := tuple(subjects(case))):
        raise unknown_clock(subject, known)
    step = case.step(subject)
    clocks = step.clocks if step is not None else _statutory_terms(case)
    return tuple(_explained(catalogue, subject, clock) for clock in clocks)


def _statutory_terms(case: CaseState) -> tuple[ClockReading, ...]:
    """Those that run, the earliest first; in an ended case the one that was due first."""
    running = sorted((term.clock for term in case.running_terms), key=lambda clock: clock.due_at)
    return tuple(running) or ((case.clock,) if case.clock is not None else ())


def subjects(case: CaseState) -> Iterator[str]:
    """What has clocks in a case: itself, and every step that was sent."""
    yield STATUTORY_TERM
    yield from (step.key for step in case.steps if step.clocks)


def _explained(catalogue: Catalogue, subject: str, clock: ClockReading) -> ExplainedClock:
    calendar = catalogue.calendar_of(clock.calendar.partition("@")[0])
    why = _why(calendar, clock)
    return ExplainedClock(
        subject=subject,
        kind=clock.kind,
        legal_basis=clock.legal_basis,
        started_at=clock.started_at,
        working_days=clock.working_days,
        extension_days=clock.extension_days,
        extension_basis=clock.extension_basis,
        due_at=None if clock.suspended else clock.due_at,
        calendar=clock.calendar,
        by_another_calendar=why.calendar != clock.calendar and why.due_at != clock.due_at,
        promised=why.calendar == clock.calendar and why.due_at < clock.due_at,
        suspensions=clock.suspensions,
        why=why,
    )


def _why(calendar: WorkingCalendar, clock: ClockReading) -> Explanation:
    ended = [(period.since, period.until) for period in clock.suspensions if period.until is not None]
    return explain(calendar, clock.started_at, clock.working_days + clock.extension_days, ended)
