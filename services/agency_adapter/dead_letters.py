"""Polled changes that cannot be taken: kept sealed on the dead-letter topic, to be redriven; others go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database
from kit.errors import PermanentError
from kit.outbox import OutboxMessage
from kit.vault import Vault
from schemas.agency_changes import CHANGE_OFFERED, OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES, dlq_topic
from services.agency_adapter import store
from services.agency_adapter.connectors.base import BrokenChange, Connector
from services.agency_adapter.status_inbox import Receipt, StatusInbox

GROUP = "agency_adapter"
TOPIC = dlq_topic(GROUP)
LARGEST_RAW = 40_000
"""Bytes that are kept of a change, so that it can be sealed; what is longer is cut, and stays broken."""


class DeadLetters:
    """Buries broken changes. What they hold may be personal: it is sealed by a key of the agency's own."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def dead_letter(
        self, connection: AsyncConnection, agency_id: str, broken: BrokenChange, now: datetime
    ) -> bool:
        """Enqueue a broken change for the dead-letter topic; False when the very same was dead-lettered before.

        It is known again by its content and not by the agency's id for it: corrected, it can still be taken.
        """
        digest = self._vault.body_digest(broken.raw)
        key = await self._vault.create_data_key(connection, f"agency/{agency_id}/changes")
        sealed = key.seal(broken.raw[:LARGEST_RAW])
        event = CloudEvent[OfferedChange](
            id=f"{agency_id}/{digest}",
            source=f"/agencies/{agency_id}",
            type=CHANGE_OFFERED,
            subject=agency_id,
            time=now,
            data=OfferedChange(agency_id=agency_id, received_at=now, error_code=broken.code, sealed=sealed),
        )
        message = OutboxMessage(TOPIC, agency_id, event.encode(), _dead_letter_of(broken.code, now))
        return await store.claim(connection, agency_id, f"broken/{digest}", None, "poll", now, message)


def _dead_letter_of(code: str, now: datetime) -> tuple[tuple[str, bytes], ...]:
    """The headers of a dead letter. It came by a poll and from no partition: these are 0."""
    headers = {
        "source-topic": AGENCY_CHANGES,
        "source-partition": "0",
        "source-offset": "0",
        "error-code": code,
        "attempts": "1",
        "failed-at": now.isoformat(),
    }
    return tuple((name, value.encode()) for name, value in headers.items())


@dataclass(frozen=True)
class Offered:
    """Takes changes that are offered again, after a redrive."""

    desks: Mapping[str, StatusInbox]
    connectors: Mapping[str, Connector]
    database: Database
    vault: Vault

    async def take(self, event: CloudEvent[OfferedChange]) -> None:
        """Take a change as if it had come by a poll when it came first.

        Raises:
            PermanentError: it still cannot be taken.
        """
        offered = event.data
        inbox, connector = self.desks.get(offered.agency_id), self.connectors.get(offered.agency_id)
        if inbox is None or connector is None:
            raise PermanentError("unknown_agency", f"{offered.agency_id} is not connected.")
        async with self.database.transaction() as connection:
            change = connector.parse_change(await self.vault.open(connection, offered.sealed))
            sent = await inbox.assignment_of(connection, change)
        sent = sent or await inbox.early_assignment_of(change)
        if sent is None:
            raise PermanentError("unknown_assignment", "no such assignment was sent to this agency.")
        async with self.database.transaction() as connection:
            taken = await inbox.take(connection, change, sent, Receipt("poll", offered.received_at, None))
        inbox.count(change, "poll", taken=taken)
