"""Only what stands in the ledger is told: a message that anybody else has published is refused."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import PermanentError
from ledger.chain import verify_entry
from ledger.tables import events
from schemas.case_events import RecordedEvent, event_type
from schemas.case_lifecycle_events import AppealJoined, AppealShared
from schemas.frozen import CaseId


async def joined_by_contact(connection: AsyncConnection, case_id: CaseId, appeal_id: CaseId) -> bool:
    """Whether the appeal joined that case, and a contact alone confirmed its person."""
    payload = events.c.entry.cast(JSONB)["payload"]
    query = select(events.c.seq).where(
        events.c.case_id == case_id,
        events.c.type.in_((event_type(AppealJoined), event_type(AppealShared))),
        payload["appeal"]["appeal_id"].astext == appeal_id,
        payload["confirmed_by"].astext == "contact",
    )
    return (await connection.execute(query)).first() is not None


async def require_recorded(connection: AsyncConnection, event: RecordedEvent) -> None:
    """Compare the event with the entry at its place in the ledger, whose hash must hold.

    The relay publishes what is committed, so the entry is there before its message.

    Raises:
        PermanentError: `event_not_recorded`: the ledger has another entry there, a changed one, or none.
    """
    query = select(events.c.entry).where(events.c.case_id == event.case_id, events.c.seq == event.seq)
    entry = (await connection.execute(query)).scalar()
    if entry is None or not verify_entry(entry) or RecordedEvent.model_validate_json(entry) != event:
        raise PermanentError(
            "event_not_recorded",
            f"The ledger has no such entry {event.seq} of case {event.case_id}.",
            remedy="Find out who published it. Change nothing, and run `vahid doctor`.",
        )
