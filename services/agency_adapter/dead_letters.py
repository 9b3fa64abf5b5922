"""Polled changes that cannot be taken: kept sealed on the dead-letter topic, so that others go on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.outbox import OutboxMessage, enqueue
from kit.vault import Vault
from services.agency_adapter import store
from services.agency_adapter.connectors.base import BrokenChange
from services.agency_adapter.tables import outbox

TOPIC = "vahid.dlq.agency_adapter.v1"
LARGEST_RAW = 40_000
"""Bytes that are kept of a change; what is longer is cut, and its header says how long it was."""


class DeadLetters:
    """Buries broken changes. What they hold may be personal: it is sealed by a key of the agency's own."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def bury(
        self, connection: AsyncConnection, agency_id: str, broken: BrokenChange, now: datetime
    ) -> bool:
        """Enqueue a broken change for the dead-letter topic; False when the very same was buried before.

        It is known again by its content and not by the agency's id for it: corrected, it can still be taken.
        """
        digest = self._vault.body_digest(broken.raw)
        if not await store.claim(connection, agency_id, f"broken/{digest}", None, "poll", now):
            return False
        key = await self._vault.create_data_key(connection, f"agency/{agency_id}/dead-letters")
        headers = {
            "content-type": "application/jose",
            "source-topic": f"{agency_id}/changes",
            "source-partition": "0",
            "source-offset": "0",
            "error-code": broken.code,
            "attempts": "1",
            "failed-at": now.isoformat(),
            "content-length": str(len(broken.raw)),
        }
        message = OutboxMessage(
            TOPIC,
            agency_id,
            key.seal(broken.raw[:LARGEST_RAW]).encode(),
            tuple((name, value.encode()) for name, value in headers.items()),
        )
        await enqueue(connection, outbox, [message])
        return True
