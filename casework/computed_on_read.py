"""What is computed when a case is read: what is late, at risk or stuck, when a step is due, who must act.

Each rule stands here once: as a function of values and, where lists select by it, as SQL.

Late: open, and past its statutory term.
At risk: open and not late, and past its last reminder (80 % of its time) or due within one working day.
Stuck: open, and it cannot move without a person or a repair: a task waits for a decision, or an agency has
not taken on a step within the time for that.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select

from catalogue.calendar import WorkingCalendar
from ledger.tables import cases, steps
from workflows.case.clocks import due_of
from workflows.case.state import RUNNING, StepState


@dataclass(frozen=True)
class Moment:
    """The business time `now` of a query, and what follows from it by the calendar.

    What is due until `soon` is due within one working day; `midnight` begins the day.
    """

    now: datetime
    soon: datetime
    midnight: datetime

    @classmethod
    def of(cls, calendar: WorkingCalendar, now: datetime) -> "Moment":
        """What `now` means by the calendar."""
        midnight = now.astimezone(calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(now=now, soon=calendar.due_at(now, 1), midnight=midnight)


def is_case_late(
    due_at: datetime | None, closed_at: datetime | None, in_time: bool | None, now: datetime
) -> bool:
    """Whether a case is past its statutory term.

    For an answered case the ledger has decided it (`in_time`). Any other case is late when its end, or `now`
    while it is open, lies after `due_at`.
    """
    if closed_at is not None and in_time is not None:
        return not in_time
    return due_at is not None and (closed_at or now) > due_at


def open_and_late(now: datetime) -> ColumnElement[bool]:
    """The rows of `ledger.cases` that are open and late."""
    return is_open() & (cases.c.due_at < now)


def is_open() -> ColumnElement[bool]:
    """The rows of `ledger.cases` that are open."""
    return cases.c.status == "open"


def at_risk(moment: Moment) -> ColumnElement[bool]:
    """The rows of `ledger.cases` that are at risk."""
    nears = or_(cases.c.at_risk_at <= moment.now, cases.c.due_at <= moment.soon)
    return is_open() & (cases.c.due_at >= moment.now) & nears


def stuck(moment: Moment) -> ColumnElement[bool]:
    """The rows of `ledger.cases` that are stuck."""
    untaken = exists().where(steps.c.case_id == cases.c.case_id, not_taken_on(moment))
    return is_open() & or_(has_task(), untaken)


def has_task() -> ColumnElement[bool]:
    """The rows of `ledger.cases` with a task that a person must decide."""
    return func.jsonb_array_length(cases.c.open_tasks) > 0


def not_taken_on(moment: Moment) -> ColumnElement[bool]:
    """The rows of `ledger.steps` that their agency has not taken on within the time for that."""
    return (steps.c.status == "dispatched") & (steps.c.acknowledge_by < moment.now)


def step_due_at(step: StepState) -> datetime | None:
    """When a step is due; None without a clock, and while a clock of it is suspended."""
    return None if any(clock.suspended for clock in step.clocks) else due_of(step)


def is_step_late(step: StepState, now: datetime) -> bool:
    """Whether a running step is past its deadline, or a step that has ended came too late."""
    if not step.running:
        return step.in_time is False
    due_at = step_due_at(step)
    return due_at is not None and now > due_at


def waits() -> ColumnElement[bool]:
    """The rows of `ledger.steps` that a case waits for: those an agency, or the centre, has to do now."""
    return steps.c.status.in_(sorted(RUNNING))


def waiting_for() -> ScalarSelect[list[str] | None]:
    """The agencies that a row of `ledger.cases` waits for, in order; NULL for none."""
    agencies = func.array_agg(steps.c.agency_id.distinct())
    return select(agencies).where(steps.c.case_id == cases.c.case_id, waits()).scalar_subquery()
