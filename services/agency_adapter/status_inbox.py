"""A change of an agency becomes a status of a case: taken once, sealed, and published with its claim."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from kit import tracing
from kit.database import Database
from kit.outbox import OutboxMessage
from kit.vault import KeyDestroyedError, Vault
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_STATUSES
from services.agency_adapter import metrics, store
from services.agency_adapter.connectors.base import Change, Connector, MalformedChangeError
from services.agency_adapter.store import Sent

Via = Literal["webhook", "poll"]


@dataclass(frozen=True)
class Receipt:
    """Where and when (business time) a change came in; `looked_at` is when we had last looked for changes."""

    via: Via
    now: datetime
    polled_at: datetime | None

    def received_at(self, occurred_at: datetime) -> datetime:
        """The instant at which a change counts as received.

        It was not there when we last looked, and it is there now. In between the agency's own time counts:
        were we away in the meantime, that does not make the agency late.
        """
        return min(max(occurred_at, self.polled_at or self.now), self.now)


def normalise(change: Change, sent: Sent, receipt: Receipt, sealed_note: str | None) -> AssignmentStatus:
    """The status that `change` reports about the assignment `sent`. Pure."""
    return AssignmentStatus(
        status_id=change.status_id,
        agency_id=sent.agency_id,
        case_id=sent.case_id,
        step=sent.step,
        attempt=sent.attempt,
        reference=change.reference,
        status=change.status,
        raw_code=change.raw_code,
        agency_sequence=change.sequence,
        occurred_at=change.occurred_at,
        received_at=receipt.received_at(change.occurred_at),
        forward_to=change.forward_to,
        reason_code=change.reason_code,
        sealed_note=sealed_note,
        via=receipt.via,
    )


class StatusInbox:
    """Takes in the changes of one agency, whichever door they come by."""

    def __init__(self, agency_id: str, connector: Connector, database: Database, vault: Vault) -> None:
        self.agency_id = agency_id
        self._connector = connector
        self._database = database
        self._vault = vault

    async def receipt(self, connection: AsyncConnection, via: Via, now: datetime) -> Receipt:
        """The door at business time `now`."""
        _, polled_at = await store.read_cursor(connection, self.agency_id)
        return Receipt(via, now, polled_at)

    async def assignment_of(self, connection: AsyncConnection, change: Change) -> Sent | None:
        """The assignment that a change is about; None when the agency's reference is not known (yet).

        Raises:
            MalformedChangeError: it names two different assignments.
        """
        return _sound(change, await store.find_by_reference(connection, self.agency_id, change.reference))

    async def early_assignment_of(self, change: Change) -> Sent | None:
        """The same, of a change that was quicker than our own note of the agency's reference.

        Our key in it, or else the agency itself, tells which assignment is meant: no connection is held
        meanwhile. None when nothing of the kind was sent to this agency.

        Raises:
            MalformedChangeError: it names two different assignments.
            TransientError: the agency had to be asked, and is away.
        """
        return _sound(change, await self._early(change))

    async def _early(self, change: Change) -> Sent | None:
        key = change.key or await self._connector.key_of(change.reference)
        if key is None:
            return None
        async with self._database.statement() as connection:
            return await store.find_by_key(connection, self.agency_id, key)

    async def take(self, connection: AsyncConnection, change: Change, sent: Sent, receipt: Receipt) -> bool:
        """Claim the change and enqueue its status, in one statement; False when taken before.

        Raises:
            PermanentError: the data key for its remark is missing; nothing was claimed.
        """
        note = await self._sealed(connection, sent.data_key_id or sent.case_id, change.note)
        status = normalise(change, sent, receipt, note)
        message = OutboxMessage(AGENCY_STATUSES, sent.case_id, status_event(status, sent).encode())
        return await store.claim(
            connection,
            self.agency_id,
            status.status_id,
            status.case_id,
            receipt.via,
            status.received_at,
            message,
        )

    async def _sealed(self, connection: AsyncConnection, key_id: str, note: str | None) -> str | None:
        if note is None:
            return None
        try:
            key = await self._vault.data_key(connection, key_id)
        except KeyDestroyedError:  # the person was forgotten: a remark about them is not kept either
            return None
        return key.seal(note.encode())

    def count(self, change: Change, via: Via, *, taken: bool) -> None:
        """Count a change whose transaction has committed."""
        if not taken:
            metrics.REPEATED.labels(self.agency_id, via).inc()
            return
        metrics.STATUSES.labels(self.agency_id, via, change.status).inc()
        for part in change.unmapped:
            metrics.UNMAPPED.labels(self.agency_id, part).inc()


def _sound(change: Change, sent: Sent | None) -> Sent | None:
    if sent is not None and _contradicts(change, sent):
        raise MalformedChangeError("change_contradicts", "a change names two different assignments.")
    return sent


def _contradicts(change: Change, sent: Sent) -> bool:
    other_key = change.key is not None and change.key != sent.key
    return other_key or (sent.reference is not None and sent.reference != change.reference)


def status_event(status: AssignmentStatus, sent: Sent) -> CloudEvent[AssignmentStatus]:
    """The message that reports `status`; its id repeats with the agency's own id of the statement."""
    return CloudEvent[AssignmentStatus](
        id=f"{status.agency_id}/{status.status_id}",
        source=f"/agencies/{status.agency_id}",
        type=STATUS_REPORTED,
        subject=status.case_id,
        time=status.received_at,
        causationid=sent.key,
        traceparent=tracing.child(sent.traceparent),
        data=status,
    )
