"""Reads the store of attachments: every recorded document whole, and the addresses of all others."""

from datetime import datetime

from sqlalchemy import select

from doctor.findings import Examination, Finding
from doctor.installation_invariants import RecordedAttachment, check_attachments
from kit.database import Database
from kit.object_store import Objects
from services.intake.tables import attachments

_RECORDED = select(attachments.c.attachment_id, attachments.c.address)


async def examine_attachments(
    database: Database, objects: Objects, settled_before: datetime, found: Examination
) -> list[Finding]:
    """What is wrong with the attachments. An object younger than `settled_before` may yet get its row.

    Raises:
        TransientError: the store cannot be reached.
    """
    # The objects first: a row that is written meanwhile has an object older than itself.
    stored = {stored.address async for stored in objects.all() if stored.since < settled_before}
    async with database.transaction() as connection:
        rows = (await connection.execute(_RECORDED)).all()
    recorded = [
        RecordedAttachment(row.attachment_id, row.address, await objects.digest(row.address)) for row in rows
    ]
    found.counts["attachments"] = len(recorded)
    unreferenced = stored - {attachment.address for attachment in recorded}
    return list(check_attachments(recorded, sorted(unreferenced)))
