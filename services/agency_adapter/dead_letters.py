"""Dead-letters polled changes that cannot be used: sealed, to be redriven. The other changes go on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.kafka.dead_letter_headers import failure_headers
from kit.outbox.table import OutboxMessage
from kit.vault import Vault
from schemas.agency_changes import CHANGE_OFFERED, OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES, dlq_topic
from services.agency_adapter.connectors.connector import RejectedChange
from services.agency_adapter.store import status_claims
from services.agency_adapter.store.status_claims import StatusClaim

GROUP = "agency_adapter"
TOPIC = dlq_topic(GROUP)
_NOWHERE = (AGENCY_CHANGES, 0, 0)
"""A polled change comes from no partition: partition and offset are 0."""
LARGEST_RAW = 40_000
"""Bytes of a change that are kept, so that it can be sealed. A longer one is cut, and stays unreadable."""


class ChangeDeadLetters:
    """Enqueues rejected changes in an outbox of their own.

    Their content may be personal: a key of the agency's own seals it.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def add(
        self, connection: AsyncConnection, agency_id: str, rejected: RejectedChange, now: datetime
    ) -> bool:
        """Enqueue a rejected change for the dead-letter topic; False when the same one was before.

        It is recognised by its content and not by the agency's id: once corrected, it can still be received.
        """
        digest = self._vault.body_digest(rejected.raw)
        key = await self._vault.create_data_key(connection, f"agency/{agency_id}/changes")
        sealed = key.seal(rejected.raw[:LARGEST_RAW])
        event = CloudEvent[OfferedChange](
            id=f"{agency_id}/{digest}",
            source=f"/agencies/{agency_id}",
            type=CHANGE_OFFERED,
            subject=agency_id,
            time=now,
            data=OfferedChange(agency_id=agency_id, received_at=now, error_code=rejected.code, sealed=sealed),
        )
        message = OutboxMessage(
            TOPIC, agency_id, event.encode(), failure_headers(_NOWHERE, rejected.code, 1, now)
        )
        claim = StatusClaim(agency_id, f"rejected/{digest}", None, "poll", now)
        return await status_claims.claim_rejected(connection, claim, message)
