"""What needs a person now: late and stuck cases, worst first, each with its reason."""

from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from casework.computed_on_read import Moment, is_open, not_taken_on, open_and_late, stuck, waits
from kit.database import Database
from ledger.tables import cases, steps, tracks
from schemas.frozen import Code, Frozen, Instant

Reason = Literal["task", "undelivered", "not_taken_on", "late"]
"""Why a case needs a person: a task waits for a decision; a step could not be delivered, or its agency has
not taken it on in time; or the term has passed while the agencies work."""


class Concern(Frozen):
    """A case that needs a person. `since` is when the reason began, where that is known.

    `agency_id` has the step `step`, `task` is the first open task; `service` is that of its first open track.
    """

    case_id: str
    tracking_number: str
    service: Code | None
    agency_id: str | None
    step: str | None
    task: str | None
    reason: Reason
    late: bool
    due_at: Instant | None
    since: Instant | None


async def read_concerns(database: Database, moment: Moment, limit: int) -> tuple[Concern, ...]:
    """The cases that need a person: late ones first, the longest past their term before others."""
    query = _concerns(moment).limit(limit)
    async with database.transaction() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(_concern(dict(row)) for row in rows)


def _concerns(moment: Moment) -> Select[Any]:
    late = open_and_late(moment.now)
    step = _worst_step(moment)
    return (
        select(
            cases.c.case_id,
            cases.c.tracking_numbers[0].astext.label("tracking_number"),
            _service().label("service"),
            cases.c.open_tasks[0]["id"].astext.label("task"),
            step.c.agency_id,
            step.c.step,
            step.c.reference,
            step.c.untaken,
            step.c.acknowledge_by,
            late.label("late"),
            cases.c.due_at,
        )
        .outerjoin(step, literal(True))
        .where(is_open(), late | stuck(moment))
        .order_by(late.desc(), cases.c.due_at, cases.c.case_id)
    )


def _worst_step(moment: Moment) -> Any:
    """The step that holds the case up: one that was not taken on, else the one due first."""
    untaken = not_taken_on(moment)
    return (
        select(
            steps.c.agency_id,
            steps.c.step,
            steps.c.reference,
            steps.c.acknowledge_by,
            func.coalesce(untaken, literal(False)).label("untaken"),
        )
        .where(steps.c.case_id == cases.c.case_id, waits())
        .order_by(case((untaken, 0), else_=1), steps.c.due_at.nulls_last(), steps.c.step)
        .limit(1)
        .lateral("worst_step")
    )


def _service() -> ColumnElement[Any]:
    return (
        select(tracks.c.service)
        .where(tracks.c.case_id == cases.c.case_id, tracks.c.outcome.is_(None))
        .order_by(tracks.c.track)
        .limit(1)
        .scalar_subquery()
    )


def _concern(row: dict[str, Any]) -> Concern:
    reason = _reason(row["task"], row["untaken"], row["reference"])
    began = {
        "not_taken_on": row["acknowledge_by"],
        "undelivered": row["acknowledge_by"],
        "late": row["due_at"],
    }
    return Concern(
        **{name: row[name] for name in Concern.model_fields if name in row},
        reason=reason,
        since=began.get(reason),
    )


def _reason(task: str | None, untaken: bool | None, reference: str | None) -> Reason:
    if task is not None:
        return "task"
    if untaken:
        return "not_taken_on" if reference else "undelivered"
    return "late"
