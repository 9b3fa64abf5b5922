"""The doctor reads the store of attachments: every recorded one whole, and the names of all others."""

from datetime import datetime

from sqlalchemy import select

from doctor.findings import Examination, Finding
from doctor.installation_invariants import RecordedAttachment, attachments_hold
from kit.database import Database
from kit.object_store import Objects
from services.intake.tables import attachments

_RECORDED = select(attachments.c.attachment_id, attachments.c.address)


async def look_at_attachments(
    database: Database, objects: Objects, settled_before: datetime, found: Examination
) -> list[Finding]:
    """What is wrong with the attachments. An object younger than `settled_before` may yet get its row.

    Raises:
        TransientError: the store cannot be reached.
    """
    # The objects first: a row that is written meanwhile has an object older than itself.
    there = {one.address async for one in objects.all() if one.since < settled_before}
    async with database.transaction() as connection:
        rows = (await connection.execute(_RECORDED)).all()
    recorded = [
        RecordedAttachment(row.attachment_id, row.address, await objects.digest(row.address)) for row in rows
    ]
    found.counts["attachments"] = len(recorded)
    return list(attachments_hold(recorded, sorted(there - {one.address for one in recorded})))
