"""From a document that came in whole to everything that is stored, published and answered for it.

Values in, values out, as for an appeal (`services.intake.appeals.acceptance`). The document itself is in
the store of attachments by then, under an address that nothing else has.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from kit.outbox.table import OutboxMessage
from kit.vault import DataKey, Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_SUPPLEMENTED, AppealSupplemented, AttachmentContent, Channel
from schemas.envelope import CloudEvent
from schemas.frozen import Code
from schemas.topics import APPEALS
from services.intake.appeals import receipts
from services.intake.appeals.acceptance import SOURCE
from services.intake.attachments.upload import Received

_NAMESPACE = UUID("0f3f8a52-3c60-5d0e-8a0b-6c2ff2f7f1c4")

NOT_STORED = {"receipt_salt", "document", "media_type", "size"}
"""What of an answer follows from a repeated request, and may tell of the applicant, or is secret."""


@dataclass(frozen=True)
class AppealOnFile:
    """An accepted appeal as it is stored."""

    appeal_id: str
    case_id: str
    tracking_number: str
    channel: Channel
    actor_id: str
    services: tuple[Code, ...]
    sealed: str


class AttachmentAnswer(BaseModel):
    """The answer to an accepted attachment; a repeated request gets the same one."""

    model_config = ConfigDict(frozen=True)

    attachment_id: str
    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    document: Code = Field(default="", description="The document's code in the catalogue.")
    media_type: str = Field(default="", description="Recognised by the content.")
    size: int = Field(default=0, description="Bytes of the document.")
    received_at: datetime = Field(description="Business time at which it was here whole.")
    receipt: str = Field(description="JWS (Ed25519); its key is at /v1/receipt-key.")
    receipt_salt: str = Field(
        default="",
        description="With it and the file anybody can compute the receipt's attachment_digest: SHA-256 of "
        "the salt, a full stop, the file.",
    )


@dataclass(frozen=True)
class Intended:
    """An attachment that somebody may hand in: for which appeal, as which document, under which ids."""

    actor: Actor
    key: str
    appeal: AppealOnFile
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
class Addition:
    """What is written in one transaction when an attachment is accepted, and the answer that follows it."""

    actor_id: str
    key: str
    body_digest: str
    attachment: AppealSupplemented
    message: OutboxMessage
    traceparent: str
    answer: AttachmentAnswer


def sealing_context(attachment_id: str) -> str:
    """The context under which the document of an attachment is sealed (see `kit.sealed_stream`)."""
    return f"attachment/{attachment_id}"


def salt_of(vault: Vault, attachment_id: str) -> str:
    """The receipt's salt: 128 bits that nobody can compute without the vault."""
    return vault.body_digest(f"receipt-salt/{attachment_id}".encode())[:32]


def compose(
    intended: Intended, received: Received, data_key: DataKey, vault: Vault, received_at: datetime
) -> Addition:
    """Everything for one attachment; `received_at` is business time."""
    appeal, content = (
        intended.appeal,
        AttachmentContent(document=intended.document, media_type=received.media_type, size=received.size),
    )
    receipt = vault.sign(_claims(intended, received, received_at))
    attachment = AppealSupplemented(
        attachment_id=intended.attachment_id,
        appeal_id=appeal.appeal_id,
        case_id=appeal.case_id,
        tracking_number=appeal.tracking_number,
        channel=appeal.channel,
        received_at=received_at,
        address=received.address,
        sealed_size=received.sealed_size,
        receipt_digest=receipts.receipt_digest(receipt),
        sealed=data_key.seal(content.model_dump_json().encode()),
    )
    return Addition(
        actor_id=intended.actor.id,
        key=intended.key,
        body_digest=received.body_digest,
        attachment=attachment,
        message=_message(attachment, intended.traceparent),
        traceparent=intended.traceparent,
        answer=AttachmentAnswer(
            attachment_id=attachment.attachment_id,
            tracking_number=attachment.tracking_number,
            document=content.document,
            media_type=content.media_type,
            size=content.size,
            received_at=received_at,
            receipt=receipt,
            receipt_salt=salt_of(vault, attachment.attachment_id),
        ),
    )


def _claims(intended: Intended, received: Received, received_at: datetime) -> dict[str, object]:
    """What the receipt states. Not which document it is: the receipt is kept in the open."""
    return {
        "iss": receipts.ISSUER,
        "sub": intended.attachment_id,
        "appeal_id": intended.appeal.appeal_id,
        "tracking_number": intended.appeal.tracking_number,
        "received_at": received_at.isoformat(),
        "attachment_digest": received.content_digest,
    }


def _message(attachment: AppealSupplemented, traceparent: str) -> OutboxMessage:
    event = CloudEvent[AppealSupplemented](
        id=attachment.attachment_id,
        source=SOURCE,
        type=APPEAL_SUPPLEMENTED,
        subject=attachment.case_id,
        time=attachment.received_at,
        correlationid=attachment.tracking_number,
        traceparent=traceparent,
        data=attachment,
    )
    return OutboxMessage(topic=APPEALS, key=attachment.case_id, value=event.encode())
