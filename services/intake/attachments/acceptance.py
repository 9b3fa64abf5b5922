"""From a document that came in whole to everything that is stored, published and sent back for it.

Values in, values out, as for an appeal (`services.intake.appeals.acceptance`). The document itself is in
the store of attachments by then, under an address that nothing else has.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from kit.outbox.table import OutboxMessage
from kit.vault import DataKey, Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_SUPPLEMENTED, AppealSupplemented, AttachmentContent, Channel
from schemas.envelope import CloudEvent
from schemas.frozen import Code
from services.intake import outgoing, receipts
from services.intake.attachments.upload import SealedUpload
from services.intake.idempotency import Claim, RepeatableResponse

_EVENT = CloudEvent[AppealSupplemented]

_NAMESPACE = UUID("0f3f8a52-3c60-5d0e-8a0b-6c2ff2f7f1c4")


@dataclass(frozen=True)
class StoredAppeal:
    """An accepted appeal as it is stored."""

    appeal_id: str
    case_id: str
    tracking_number: str
    channel: Channel
    actor_id: str
    services: tuple[Code, ...]
    sealed: str


class AttachmentResponse(RepeatableResponse):
    """The response to an accepted attachment; a repeated request gets the same one."""

    RECOMPUTED: ClassVar[frozenset[str]] = frozenset({"receipt_salt", "document", "media_type", "size"})

    attachment_id: str
    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    document: Code = Field(default="", description="The document's code in the catalogue.")
    media_type: str = Field(default="", description="Recognised by the content.")
    size: int = Field(default=0, description="Bytes of the document.")
    received_at: datetime = Field(description="Business time at which the whole document was received.")
    receipt: str = Field(description="JWS (Ed25519); its key is at /v1/receipt-key.")
    receipt_salt: str = Field(
        default="",
        description="With it and the file anybody can compute the receipt's attachment_digest: SHA-256 of "
        "the salt, a full stop, the file.",
    )


@dataclass(frozen=True)
class PendingAttachment:
    """An attachment whose document is still to come: its appeal, the kind of document, its ids."""

    actor: Actor
    key: str
    appeal: StoredAppeal
    document: Code
    traceparent: str

    @property
    def attachment_id(self) -> str:
        """Follows from the caller and its `Idempotency-Key`, as an appeal's id does."""
        return str(uuid5(_NAMESPACE, f"{self.actor.id}/{self.key}"))

    @property
    def context(self) -> str:
        """What the sealed document belongs to."""
        return sealing_context(self.attachment_id)

    @property
    def about(self) -> str:
        """What must be the same for a repeated request to be the same, beside the document."""
        return f"{self.appeal.appeal_id}/{self.document}"


@dataclass(frozen=True)
class AttachmentAcceptance:
    """What is written in one transaction when an attachment is accepted, with the claim of its key."""

    claim: Claim[AttachmentResponse]
    attachment: AppealSupplemented
    message: OutboxMessage
    record_digest: str
    traceparent: str


def sealing_context(attachment_id: str) -> str:
    """The context under which the document of an attachment is sealed (see `kit.sealed_stream`)."""
    return f"attachment/{attachment_id}"


def compose(
    pending: PendingAttachment, upload: SealedUpload, data_key: DataKey, vault: Vault, received_at: datetime
) -> AttachmentAcceptance:
    """Everything for one attachment; `received_at` is business time."""
    appeal = pending.appeal
    content = AttachmentContent(document=pending.document, media_type=upload.media_type, size=upload.size)
    record = AppealSupplemented(
        attachment_id=pending.attachment_id,
        appeal_id=appeal.appeal_id,
        case_id=appeal.case_id,
        tracking_number=appeal.tracking_number,
        channel=appeal.channel,
        received_at=received_at,
        address=upload.address,
        sealed_size=upload.sealed_size,
        receipt_digest="",
        sealed=data_key.seal(content.model_dump_json().encode()),
    )
    receipt = _receipt(record, vault, upload.content_digest)
    attachment = record.model_copy(update={"receipt_digest": receipt.digest})
    response = AttachmentResponse(
        attachment_id=attachment.attachment_id,
        tracking_number=attachment.tracking_number,
        document=content.document,
        media_type=content.media_type,
        size=content.size,
        received_at=received_at,
        receipt=receipt.jws,
        receipt_salt=receipts.salt_of(vault, attachment.attachment_id),
    )
    return AttachmentAcceptance(
        claim=Claim(pending.actor.id, pending.key, upload.body_digest, response),
        attachment=attachment,
        message=outgoing.message(
            _EVENT,
            APPEAL_SUPPLEMENTED,
            attachment.attachment_id,
            attachment,
            pending.traceparent,
            receipt.jws,
        ),
        record_digest=receipt.record_digest,
        traceparent=pending.traceparent,
    )


def _receipt(record: AppealSupplemented, vault: Vault, digest: str) -> receipts.Receipt:
    """The receipt does not state which document it is: it is kept in the open."""
    claims = {
        "appeal_id": record.appeal_id,
        "tracking_number": record.tracking_number,
        "received_at": record.received_at.isoformat(),
        "attachment_digest": digest,
    }
    return receipts.sign(vault, record.attachment_id, claims, record)
