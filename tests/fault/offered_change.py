"""Offers a change of an agency again, as a redrive does: it was taken before, and counts once."""

import json
from collections.abc import Mapping
from uuid import uuid4

import httpx2

from kit.database import Database
from kit.kafka.producer import Producer
from kit.outbox.table import OutboxMessage
from kit.settings import Settings
from kit.vault import Vault
from schemas.agency_changes import CHANGE_OFFERED, OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES

AGENCY = "mlspp"


async def offer_again(settings: Settings, access: Mapping[str, str]) -> bool:
    """Offer the first change of `AGENCY`, reached by `access`; False where it has none yet."""
    changes = await _changes(access)
    if not changes:
        return False
    producer = Producer(settings.kafka_bootstrap, "test")
    database = Database(settings.database_url, pool_size=2)
    try:
        async with database.transaction() as connection:
            key = await Vault(settings.keys).create_data_key(connection, f"agency/{AGENCY}/changes")
        now = settings.clock.now()
        sealed = key.seal(json.dumps(changes[0]).encode())
        event = CloudEvent[OfferedChange](
            id=str(uuid4()),
            source=f"/agencies/{AGENCY}",
            type=CHANGE_OFFERED,
            subject=AGENCY,
            time=now,
            data=OfferedChange(agency_id=AGENCY, received_at=now, error_code="mended", sealed=sealed),
        )
        await producer.start()
        await producer.send([OutboxMessage(AGENCY_CHANGES, AGENCY, event.encode())])
    finally:
        await producer.stop()
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
