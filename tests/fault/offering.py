"""A change of an agency that is offered once more, as a redrive does: it was taken before, and counts once."""

import json
from pathlib import Path
from uuid import uuid4

import httpx

from kit.database import Database
from kit.kafka import Producer
from kit.outbox import OutboxMessage
from kit.settings import Settings
from kit.vault import Vault
from schemas.agency_changes import CHANGE_OFFERED, OfferedChange
from schemas.envelope import CloudEvent
from services.agency_adapter.dead_letters import SOURCE

AGENCY = "mlspp"


async def offer_again(settings: Settings, agencies: Path) -> None:
    """Offer the first change of an agency's feed to the adapter."""
    change = await _first_change(json.loads(agencies.read_text())[AGENCY])
    database, producer = (
        Database(settings.database_url, pool_size=1),
        Producer(settings.kafka_bootstrap, "test"),
    )
    try:
        async with database.transaction() as connection:
            key = await Vault(settings.keys).create_data_key(connection, f"agency/{AGENCY}/changes")
        now = settings.clock.now()
        sealed = key.seal(json.dumps(change).encode())
        event = CloudEvent[OfferedChange](
            id=str(uuid4()),
            source=f"/agencies/{AGENCY}",
            type=CHANGE_OFFERED,
            subject=AGENCY,
            time=now,
            data=OfferedChange(agency_id=AGENCY, received_at=now, error_code="mended", sealed=sealed),
        )
        await producer.start()
        await producer.send([OutboxMessage(SOURCE, AGENCY, event.encode())])
    finally:
        await producer.stop()
        await database.close()


async def _first_change(access: dict[str, str]) -> object:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {access['token']}"}) as client:
        answer = await client.get(
            f"{access['base_url']}/api/v1/tasks/changes", params={"since": 0, "limit": 1}
        )
        answer.raise_for_status()
        return answer.json()["items"][0]
