"""The queue of an agency, or of the centre: the steps that it has to do now."""

from sqlalchemy import select

from casework.computed_on_read import waits
from kit.database import Database
from ledger.tables import cases, steps
from schemas.frozen import Frozen, Instant


class QueuedStep(Frozen):
    """A step that waits for its agency; `tracking_number` is that of the case's first appeal."""

    case_id: str
    step: str
    tracking_number: str
    dispatched_at: Instant | None


async def queued_steps(database: Database, agency_id: str) -> tuple[QueuedStep, ...]:
    """The running steps of an agency, the oldest first."""
    query = (
        select(
            steps.c.case_id,
            steps.c.step,
            cases.c.tracking_numbers[0].astext.label("tracking_number"),
            steps.c.dispatched_at,
        )
        .join(cases, cases.c.case_id == steps.c.case_id)
        .where(steps.c.agency_id == agency_id, waits())
        .order_by(steps.c.dispatched_at, steps.c.case_id, steps.c.step)
    )
    async with database.transaction() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(QueuedStep.model_validate(dict(row)) for row in rows)
