"""Why the clocks of a case are due when they are: calendar, holidays, suspensions, extension. Pure."""

from collections.abc import Iterator
from datetime import datetime

from catalogue.calendar import WorkingCalendar
from catalogue.calendar_explanation import Explanation, explain
from catalogue.model import Catalogue
from schemas.clocks import ClockReading, Suspension
from schemas.frozen import Frozen
from workflows.case.state import CaseState

CASE = "case"
"""The subject of the statutory term."""


class ExplainedClock(Frozen):
    """A clock of a case, and how its end was found.

    `due_at` is what the case goes by; None while the clock stands still. `suspensions` are those of the clock
    with to whom they are charged. `by_another_calendar`: the catalogue's present calendar, by which `why`
    counts, is not the one that the clock was read by, and gives another end.
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
    suspensions: tuple[Suspension, ...]
    why: Explanation


def explained(catalogue: Catalogue, case: CaseState, subject: str) -> tuple[ExplainedClock, ...]:
    """The clocks of a step, or the statutory term of the `case`.

    Raises:
        PermanentError: `unknown_calendar`: the catalogue has no calendar of that code any more.
    """
    step = case.step(subject)
    clocks = step.clocks if step is not None else (case.clock,) if case.clock is not None else ()
    return tuple(_explained(catalogue, subject, clock) for clock in clocks)


def subjects(case: CaseState) -> Iterator[str]:
    """What has clocks in a case: itself, and every step that was sent."""
    yield CASE
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
        suspensions=clock.suspensions,
        why=why,
    )


def _why(calendar: WorkingCalendar, clock: ClockReading) -> Explanation:
    stood = [(one.since, one.until) for one in clock.suspensions if one.until is not None]
    return explain(calendar, clock.started_at, clock.working_days + clock.extension_days, stood)
