"""What intake keeps of attachments in PostgreSQL: each written whole in one transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, exists, func, select, text

from kit import failpoints
from kit.database import Database
from kit.vault import DataKey, Vault
from schemas.appeals import AppealSupplemented, Channel
from services.intake.attachments.acceptance import AttachmentAcceptance, AttachmentResponse, StoredAppeal
from services.intake.claims import MESSAGE, ClaimStatement, Insert, message_values
from services.intake.idempotency import Outcome
from services.intake.tables import appeals, attachments

AttachmentOutcome = Outcome[AttachmentResponse]


@dataclass(frozen=True)
class StoredAttachment:
    """An attachment as it is stored: `sealed` says which document it is."""

    attachment_id: str
    received_at: datetime
    sealed: str


_ATTACHMENT = Insert.of(attachments)
_SUPPLEMENTED = tuple(name for name in _ATTACHMENT.values if name in AppealSupplemented.model_fields)

_APPEAL = select(*(appeals.c[field.name] for field in fields(StoredAppeal))).where(
    appeals.c.tracking_number == bindparam("number")
)

_OF_APPEAL = (
    select(*(attachments.c[field.name] for field in fields(StoredAttachment)))
    .where(attachments.c.appeal_id == bindparam("appeal_id"))
    .order_by(attachments.c.received_at, attachments.c.attachment_id)
)


# A lock of no row: intake needs no right to change an appeal.
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended('intake.attachments/' || :appeal_id, 0))")
_OTHERS = select(func.count()).where(
    attachments.c.appeal_id == bindparam("appeal_id"),
    attachments.c.attachment_id != bindparam("attachment_id"),
)
_KNOWN = select(exists().where(attachments.c.attachment_id == bindparam("attachment_id")))


class AttachmentStore:
    """The one transaction of an accepted attachment, and what is read of appeals and their attachments."""

    def __init__(self, database: Database, vault: Vault, retry_hours: int) -> None:
        self._database = database
        self._vault = vault
        self._statement = ClaimStatement[AttachmentResponse](
            attachments.c.attachment_id, _ATTACHMENT, MESSAGE, retry_hours=retry_hours
        )

    async def appeal(self, tracking_number: str) -> StoredAppeal | None:
        """The appeal with this tracking number."""
        async with self._database.transaction() as connection:
            row = (await connection.execute(_APPEAL, {"number": tracking_number})).one_or_none()
        if row is None:
            return None
        return StoredAppeal(
            appeal_id=row.appeal_id,
            case_id=row.case_id,
            tracking_number=row.tracking_number,
            channel=cast("Channel", row.channel),
            actor_id=row.actor_id,
            services=tuple(row.services),
            sealed=row.sealed,
        )

    async def data_key(self, appeal: StoredAppeal) -> DataKey:
        """The data key of an appeal.

        Raises:
            KeyDestroyedError: it was destroyed.
        """
        async with self._database.transaction() as connection:
            return await self._vault.data_key(connection, appeal.case_id)

    async def of(self, appeal: StoredAppeal) -> Sequence[StoredAttachment]:
        """The attachments of an appeal, in the order of receipt."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_OF_APPEAL, {"appeal_id": appeal.appeal_id})
        return [StoredAttachment(row.attachment_id, row.received_at, row.sealed) for row in rows]

    async def outcome_before(self, acceptance: AttachmentAcceptance) -> AttachmentOutcome | None:
        """The outcome of an earlier request under the same key; None when there was none."""
        async with self._database.transaction() as connection:
            return await self._statement.outcome_before(
                connection, acceptance.claim, acceptance.attachment.attachment_id
            )

    async def accept(self, acceptance: AttachmentAcceptance, limit: int) -> AttachmentOutcome | None:
        """Write the attachment, its message and its claim; or find the earlier one.

        None, and nothing written, where the appeal has `limit` others by then. Attachments of one appeal are
        accepted one after another, so that the limit holds for those that come at once.

        Failpoints: `intake.attachment.before_commit`, `intake.attachment.after_commit`.
        """
        async with self._database.transaction() as connection:
            added = acceptance.attachment
            await connection.execute(_ONE_BY_ONE, {"appeal_id": added.appeal_id})
            others = await connection.scalar(_OTHERS, _ids(added))
            if (
                others is not None
                and others >= limit
                and not await connection.scalar(_KNOWN, {"attachment_id": added.attachment_id})
            ):
                return None
            offered = [(acceptance.claim, _values(acceptance))]
            (outcome,) = await self._statement.write(connection, offered)
            failpoints.hit("intake.attachment.before_commit")
        failpoints.hit("intake.attachment.after_commit")
        return outcome


def _ids(added: AppealSupplemented) -> dict[str, object]:
    return {"appeal_id": added.appeal_id, "attachment_id": added.attachment_id}


def _values(acceptance: AttachmentAcceptance) -> dict[str, object]:
    return {
        **{name: getattr(acceptance.attachment, name) for name in _SUPPLEMENTED},
        "actor_id": acceptance.claim.actor_id,
        "record_digest": acceptance.record_digest,
        "traceparent": acceptance.traceparent,
        **message_values(acceptance.message),
    }
