"""What is computed when a case is read: when a step is due, what is late, which agencies a case waits for.

Each rule stands here once: as a function of values and, where lists select by it, as SQL.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from ledger.tables import cases, steps
from workflows.case.clocks import due_of
from workflows.case.state import RUNNING, StepState


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
    return (cases.c.status == "open") & (cases.c.due_at < now)


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
