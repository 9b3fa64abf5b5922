"""Takes a change of an agency in as a status of a case: claimed once, sealed, published with its claim."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from kit import tracing
from kit.database import Database
from kit.errors import PermanentError
from kit.outbox.table import OutboxMessage
from kit.vault import KeyDestroyedError, Vault
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_STATUSES
from services.agency_adapter import metrics
from services.agency_adapter.connectors.connector import Change, Connector, MalformedChangeError
from services.agency_adapter.store import poll_watermarks, sent_assignments, status_claims
from services.agency_adapter.store.sent_assignments import SentAssignment
from services.agency_adapter.store.status_claims import StatusClaim

Via = Literal["webhook", "poll"]


@dataclass(frozen=True)
class Arrival:
    """How and when a change came in; `polled_at` is the agency's last poll before that. Business time."""

    via: Via
    now: datetime
    polled_at: datetime | None

    def received_at(self, occurred_at: datetime) -> datetime:
        """The instant at which a change counts as received.

        It was not there at the last poll, and it is there now. In between, the agency's own time counts: our
        absence does not make the agency late.
        """
        return min(max(occurred_at, self.polled_at or self.now), self.now)


def normalise(
    change: Change, assignment: SentAssignment, arrival: Arrival, sealed_note: str | None
) -> AssignmentStatus:
    """The status that `change` reports about `assignment`. Pure."""
    return AssignmentStatus(
        status_id=change.status_id,
        agency_id=assignment.agency_id,
        case_id=assignment.case_id,
        step=assignment.step,
        attempt=assignment.attempt,
        reference=change.reference,
        status=change.status,
        raw_code=change.raw_code,
        agency_sequence=change.sequence,
        occurred_at=change.occurred_at,
        received_at=arrival.received_at(change.occurred_at),
        forward_to=change.forward_to,
        reason_code=change.reason_code,
        sealed_note=sealed_note,
        via=arrival.via,
    )


class ReusedStatusError(PermanentError):
    """The agency's id of a status was used again for another statement about the assignment."""

    def __init__(self) -> None:
        super().__init__(
            "status_id_reused",
            "the id of this status is that of another statement about the assignment.",
            remedy="Send each statement under an id of its own.",
        )


class StatusInbox:
    """Takes in the changes of one agency, however they arrive."""

    def __init__(self, agency_id: str, connector: Connector, database: Database, vault: Vault) -> None:
        self.agency_id = agency_id
        self._connector = connector
        self._database = database
        self._vault = vault

    async def arrival(self, connection: AsyncConnection, via: Via, now: datetime) -> Arrival:
        """An arrival at business time `now`."""
        _, polled_at = await poll_watermarks.read(connection, self.agency_id)
        return Arrival(via, now, polled_at)

    async def assignment_of(self, connection: AsyncConnection, change: Change) -> SentAssignment | None:
        """The assignment that a change is about; None when the agency's reference is not known (yet).

        Raises:
            MalformedChangeError: it names two different assignments.
        """
        found = await sent_assignments.find_by_reference(connection, self.agency_id, change.reference)
        return _consistent(change, found)

    async def early_assignment_of(self, change: Change) -> SentAssignment | None:
        """The same, for a change that arrived before we stored the agency's reference.

        Our key in it names the assignment, or else the agency is asked: no connection is held meanwhile. None
        when no such assignment was sent to this agency.

        Raises:
            MalformedChangeError: it names two different assignments.
            TransientError: the agency had to be asked, and is down.
        """
        return _consistent(change, await self._by_key(change))

    async def _by_key(self, change: Change) -> SentAssignment | None:
        key = change.key or await self._connector.key_of(change.reference)
        if key is None:
            return None
        async with self._database.statement() as connection:
            return await sent_assignments.find_by_key(connection, self.agency_id, key)

    async def receive(
        self, connection: AsyncConnection, change: Change, assignment: SentAssignment, arrival: Arrival
    ) -> bool:
        """Claim the change and enqueue its status, in one statement; False when received before.

        It is known by its assignment and the agency's own id, and compared by content.

        Raises:
            ReusedStatusError: another statement was received under its id; nothing was claimed.
            PermanentError: the data key for its note is missing; nothing was claimed.
        """
        key_id = assignment.data_key_id or assignment.case_id
        note = await self._sealed(connection, key_id, change.note)
        status = normalise(change, assignment, arrival, note)
        event = status_event(status, assignment)
        message = OutboxMessage(AGENCY_STATUSES, assignment.case_id, event.encode())
        claim = StatusClaim(
            self.agency_id,
            status.status_id,
            status.case_id,
            arrival.via,
            status.received_at,
            assignment.key,
            self.digest_of(change),
        )
        if await status_claims.claim(connection, claim, message):
            return True
        if await status_claims.claimed_digest(connection, claim) != claim.digest:
            raise ReusedStatusError
        return False

    def digest_of(self, change: Change) -> str:
        """A keyed digest of all that the change states: the same for a repeated one, however it came."""
        return self._vault.body_digest(change.stated)

    async def _sealed(self, connection: AsyncConnection, key_id: str, note: str | None) -> str | None:
        if note is None:
            return None
        try:
            key = await self._vault.data_key(connection, key_id)
        except KeyDestroyedError:  # the person was forgotten: a note about them is not kept either
            return None
        return key.seal(note.encode())

    def count(self, change: Change, via: Via, *, is_new: bool) -> None:
        """Count a change whose transaction has committed."""
        if not is_new:
            metrics.REPEATED.labels(self.agency_id, via).inc()
            return
        metrics.STATUSES.labels(self.agency_id, via, change.status).inc()
        for part in change.unmapped:
            metrics.UNMAPPED.labels(self.agency_id, part).inc()


def _consistent(change: Change, assignment: SentAssignment | None) -> SentAssignment | None:
    if assignment is not None and _contradicts(change, assignment):
        raise MalformedChangeError("change_contradicts", "a change names two different assignments.")
    return assignment


def _contradicts(change: Change, assignment: SentAssignment) -> bool:
    other_key = change.key is not None and change.key != assignment.key
    return other_key or (assignment.reference is not None and assignment.reference != change.reference)


def status_event(status: AssignmentStatus, assignment: SentAssignment) -> CloudEvent[AssignmentStatus]:
    """The event that reports `status`; its id repeats with the assignment and the agency's own status id."""
    return CloudEvent[AssignmentStatus](
        id=f"{status.agency_id}/{assignment.key}/{status.status_id}",
        source=f"/agencies/{status.agency_id}",
        type=STATUS_REPORTED,
        subject=status.case_id,
        time=status.received_at,
        causationid=assignment.key,
        traceparent=tracing.child(assignment.traceparent),
        data=status,
    )
