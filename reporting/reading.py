"""Reads the histories of all cases from the ledger, one case at a time."""

from datetime import datetime

from sqlalchemy import select

from catalogue.calendar import WorkingCalendar
from kit.database import Database
from ledger.tables import events
from reporting.figures import Figures, figures
from schemas.case_events import RecordedEvent


async def report(database: Database, as_of: datetime, calendar: WorkingCalendar) -> Figures:
    """The report of an installation as it stood at `as_of` (business time, aware)."""
    histories: dict[str, list[RecordedEvent]] = {}
    async with database.transaction() as connection:
        query = (
            select(events.c.entry)
            .where(events.c.recorded_at <= as_of)
            .order_by(events.c.case_id, events.c.seq)
        )
        async for row in await connection.stream(query):
            event = RecordedEvent.model_validate_json(row.entry)
            histories.setdefault(event.case_id, []).append(event)
    return figures(histories.values(), as_of, calendar)
