"""What intake keeps of attachments in PostgreSQL: each written in one transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.database import Database
from kit.outbox.table import enqueue
from kit.vault import DataKey, Vault
from schemas.appeals import Channel
from services.intake.attachments.addition import NOT_STORED, Addition, AppealOnFile, AttachmentAnswer
from services.intake.tables import appeals, attachments, idempotency, outbox


@dataclass(frozen=True)
class Added:
    """The attachment is stored, and its message will be published."""

    answer: AttachmentAnswer


@dataclass(frozen=True)
class AddedBefore:
    """The same request was accepted before; nothing was written. The answer is the first one."""

    answer: AttachmentAnswer


@dataclass(frozen=True)
class OtherContent:
    """The key was used for something else; nothing was written."""


@dataclass(frozen=True)
class KeySpent:
    """The key's attachment was accepted, and the time to repeat the request is over; nothing was written."""


Outcome = Added | AddedBefore | OtherContent | KeySpent


@dataclass(frozen=True)
class AttachmentOnFile:
    """An attachment as it is stored: `sealed` says which document it is."""

    attachment_id: str
    received_at: datetime
    sealed: str


_APPEAL = select(
    appeals.c.appeal_id,
    appeals.c.case_id,
    appeals.c.tracking_number,
    appeals.c.channel,
    appeals.c.actor_id,
    appeals.c.services,
    appeals.c.sealed,
).where(appeals.c.tracking_number == bindparam("number"))

_OF_APPEAL = (
    select(attachments.c.attachment_id, attachments.c.received_at, attachments.c.sealed)
    .where(attachments.c.appeal_id == bindparam("appeal_id"))
    .order_by(attachments.c.received_at, attachments.c.attachment_id)
)

_EARLIER = select(idempotency.c.body_digest, idempotency.c.answer).where(
    idempotency.c.actor_id == bindparam("actor_id"), idempotency.c.key == bindparam("key")
)

_KNOWN = select(exists().where(attachments.c.attachment_id == bindparam("attachment_id")))


class AttachmentStore:
    """The one transaction of an accepted attachment, and what is read of appeals and their attachments."""

    def __init__(self, database: Database, vault: Vault, retry_hours: int) -> None:
        self._database = database
        self._vault = vault
        self._retry_hours = retry_hours

    async def appeal(self, tracking_number: str) -> AppealOnFile | None:
        """The appeal with this tracking number."""
        async with self._database.transaction() as connection:
            row = (await connection.execute(_APPEAL, {"number": tracking_number})).one_or_none()
        if row is None:
            return None
        return AppealOnFile(
            appeal_id=row.appeal_id,
            case_id=row.case_id,
            tracking_number=row.tracking_number,
            channel=cast("Channel", row.channel),
            actor_id=row.actor_id,
            services=tuple(row.services),
            sealed=row.sealed,
        )

    async def data_key(self, appeal: AppealOnFile) -> DataKey:
        """The data key of an appeal.

        Raises:
            KeyDestroyedError: it was destroyed.
        """
        async with self._database.transaction() as connection:
            return await self._vault.data_key(connection, appeal.case_id)

    async def of(self, appeal: AppealOnFile) -> Sequence[AttachmentOnFile]:
        """The attachments of an appeal, as they came."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_OF_APPEAL, {"appeal_id": appeal.appeal_id})
        return [AttachmentOnFile(row.attachment_id, row.received_at, row.sealed) for row in rows]

    async def is_known(self, attachment_id: str) -> bool:
        """Whether an attachment was accepted under this id."""
        async with self._database.transaction() as connection:
            return bool(await connection.scalar(_KNOWN, {"attachment_id": attachment_id}))

    async def outcome_before(self, addition: Addition) -> Outcome | None:
        """What became of an earlier request under the key of `addition`; None when there was none."""
        async with self._database.transaction() as connection:
            return await self._before(connection, addition)

    async def add(self, addition: Addition) -> Outcome:
        """Write the attachment, its message and the answer to a repeated request; or find the earlier one.

        Failpoints: `intake.attachment.before_commit`, `intake.attachment.after_commit`.
        """
        async with self._database.transaction() as connection:
            if not await self._claim(connection, addition):
                return await self._before(connection, addition) or KeySpent()
            await connection.execute(insert(attachments).values(_row(addition)))
            await enqueue(connection, outbox, [addition.message])
            failpoints.hit("intake.attachment.before_commit")
        failpoints.hit("intake.attachment.after_commit")
        return Added(addition.answer)

    async def _claim(self, connection: AsyncConnection, addition: Addition) -> bool:
        """Whether the key is this request's from now on: it is claimed by one transaction only."""
        if await connection.scalar(_KNOWN, {"attachment_id": addition.attachment.attachment_id}):
            return False
        claim = insert(idempotency).values(
            actor_id=addition.actor_id,
            key=addition.key,
            body_digest=addition.body_digest,
            answer=addition.answer.model_dump_json(exclude=NOT_STORED),
            expires_at=func.now() + func.make_interval(0, 0, 0, 0, self._retry_hours),
        )
        claimed = await connection.execute(claim.on_conflict_do_nothing().returning(idempotency.c.key))
        return claimed.first() is not None

    async def _before(self, connection: AsyncConnection, addition: Addition) -> Outcome | None:
        """Each statement sees what was committed by then, so the attachment is looked for first: where it is
        seen, its key's row is seen too, unless that row's time is over."""
        known = await connection.scalar(_KNOWN, {"attachment_id": addition.attachment.attachment_id})
        of_key = {"actor_id": addition.actor_id, "key": addition.key}
        row = (await connection.execute(_EARLIER, of_key)).one_or_none()
        if row is not None:
            return _repeated(addition, row.body_digest, row.answer)
        return KeySpent() if known else None


def _repeated(addition: Addition, body_digest: str, stored: str) -> Outcome:
    """What is not stored follows from the request, which is the same again."""
    if body_digest != addition.body_digest:
        return OtherContent()
    answer = AttachmentAnswer.model_validate_json(stored)
    anew = {name: getattr(addition.answer, name) for name in NOT_STORED}
    return AddedBefore(answer.model_copy(update=anew))


def _row(addition: Addition) -> dict[str, object]:
    attachment = addition.attachment
    return {
        "attachment_id": attachment.attachment_id,
        "appeal_id": attachment.appeal_id,
        "case_id": attachment.case_id,
        "actor_id": addition.actor_id,
        "received_at": attachment.received_at,
        "address": attachment.address,
        "sealed_size": attachment.sealed_size,
        "receipt_digest": attachment.receipt_digest,
        "sealed": attachment.sealed,
        "traceparent": addition.traceparent,
    }
