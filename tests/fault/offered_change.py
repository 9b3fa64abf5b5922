"""Offers a change of an agency again, by the outbox of dead letters: it was taken before, and counts once."""

import json
from collections.abc import Mapping
from uuid import uuid4

import httpx2

from kit.database import Database
from kit.outbox.table import OutboxMessage, enqueue
from kit.settings import Settings
from kit.vault import Vault
from schemas.agency_changes import CHANGE_OFFERED, OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES
from services.agency_adapter.tables import dead_letter_outbox

AGENCY = "mlspp"


async def offer_again(settings: Settings, access: Mapping[str, str]) -> bool:
    """Offer the first change of `AGENCY`, reached by `access`; False where it has none yet."""
    changes = await _changes(access)
    if not changes:
        return False
    database = Database(settings.database_url, pool_size=2)
    now = settings.clock.now()
    try:
        async with database.transaction() as connection:
            key = await Vault(settings.keys).create_data_key(connection, f"agency/{AGENCY}/changes")
            sealed = key.seal(json.dumps(changes[0]).encode())
            event = CloudEvent[OfferedChange](
                id=str(uuid4()),
                source=f"/agencies/{AGENCY}",
                type=CHANGE_OFFERED,
                subject=AGENCY,
                time=now,
                data=OfferedChange(agency_id=AGENCY, received_at=now, error_code="mended", sealed=sealed),
            )
            message = OutboxMessage(AGENCY_CHANGES, AGENCY, event.encode())
            await enqueue(connection, dead_letter_outbox, [message])
    finally:
        await database.close()
    return True


async def _changes(access: Mapping[str, str]) -> list[object]:
    url, headers = (
        f"{access['base_url']}/api/v1/tasks/changes",
        {"Authorization": f"Bearer {access['token']}"},
    )
    async with httpx2.AsyncClient(headers=headers) as client:
        response = await client.get(url, params={"since": 0, "limit": 1})
    response.raise_for_status()
    return list(response.json()["items"])
