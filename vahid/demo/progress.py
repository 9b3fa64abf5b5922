"""How far a demonstration is: read from the tables while it runs, for whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Integer, cast, func, select

from kit.database import Database
from ledger.tables import cases, events, steps
from schemas.case_events import event_type
from schemas.case_lifecycle_events import AppealJoined, CaseOpened, TrackAnswered

_OPEN_STEP = ("dispatched", "acknowledged", "in_progress", "information_requested")


@dataclass
class Progress:
    """`agencies` are open steps by agency, (all, late); `down` is the agency that has an outage now.

    `console` is the address of the console, once it is there.
    """

    phase: str
    sent: int = 0
    accepted: int = 0
    opened: int = 0
    answered: int = 0
    late: int = 0
    business: datetime | None = None
    agencies: dict[str, tuple[int, int]] = field(default_factory=dict)
    down: str | None = None
    console: str | None = None


OnProgress = Callable[[Progress], None]


async def read_progress(progress: Progress, database: Database, now: datetime) -> None:
    """Set the counts of cases and of open steps, at the business time `now`."""
    open_late = (cases.c.status == "open") & (cases.c.due_at < now)
    case_counts = select(
        func.count().label("opened"),
        func.count(cases.c.closed_at).label("answered"),
        func.coalesce(func.sum(cast(open_late | cases.c.in_time.is_(False), Integer)), 0).label("late"),
    )
    step_counts = (
        select(steps.c.agency_id, func.count(), func.count().filter(steps.c.due_at < now))
        .where(steps.c.ended_at.is_(None), steps.c.status.in_(_OPEN_STEP))
        .group_by(steps.c.agency_id)
    )
    async with database.transaction() as connection:
        progress.opened, progress.answered, progress.late = (await connection.execute(case_counts)).one()
        rows = await connection.execute(step_counts)
        progress.agencies = {agency: (count, late) for agency, count, late in rows}
    progress.business = now


async def open_cases(database: Database) -> int:
    """How many cases are open."""
    async with database.transaction() as connection:
        query = select(func.count()).select_from(cases).where(cases.c.status == "open")
        return await connection.scalar(query) or 0


async def received_and_pending(database: Database) -> tuple[int, int]:
    """The appeals in the ledger, and the events and messages that have not reached their applicants yet."""
    from services.notifier.tables import notifications

    opening = [event_type(CaseOpened), event_type(AppealJoined)]
    notifying = [*opening, event_type(TrackAnswered)]
    events_of = select(func.count()).select_from(events)
    planned = select(func.count(notifications.c.event_id.distinct())).where(
        notifications.c.kind.in_(("receipt", "answer"))
    )
    unsent = (
        select(func.count())
        .select_from(notifications)
        .where(notifications.c.state.in_(("planned", "sending")))
    )
    async with database.transaction() as connection:
        received = await connection.scalar(events_of.where(events.c.type.in_(opening))) or 0
        expected = await connection.scalar(events_of.where(events.c.type.in_(notifying))) or 0
        pending = expected - (await connection.scalar(planned) or 0) + (await connection.scalar(unsent) or 0)
    return received, pending
