"""From an acceptable submission to everything that is stored, published and answered for it.

Values in, values out: the vault is the only helper, and it does no I/O here. Ids follow from the caller and
its `Idempotency-Key`: whoever repeats a request, also years later, cannot make a second appeal.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from catalogue.eligibility import Examination
from kit.outbox.table import OutboxMessage
from kit.vault import Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_RECEIVED, AppealReceived, NoticeChannel
from schemas.envelope import CloudEvent
from schemas.topics import APPEALS
from services.intake.appeals import receipts
from services.intake.appeals.domain import (
    CONTENT_LIMIT,
    SEALED_FIELDS,
    AppealRefused,
    Finding,
    notice_channels,
)
from services.intake.appeals.submission import Person, Submission

SOURCE = "urn:vahid:intake"

AppealEvent = CloudEvent[AppealReceived]

_NAMESPACE = UUID("6f0b4b1e-6f0e-5c0c-9a51-0f6a2f1f6a11")


class Answer(BaseModel):
    """The answer to an accepted appeal; a repeated request gets the same one."""

    model_config = ConfigDict(frozen=True)

    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    appeal_id: str
    received_at: datetime = Field(description="Business time; the day of receipt is not counted in any term.")
    notice_channels: tuple[NoticeChannel, ...] = Field(description="How the applicant will be told.")
    receipt: str = Field(description="JWS (Ed25519); its key is at /v1/receipt-key.")
    receipt_salt: str = Field(
        default="",
        description="With it and the canonical body (RFC 8785) anybody can compute the receipt's "
        "appeal_digest: SHA-256 of the salt, a full stop, the body.",
    )
    services: tuple[Examination, ...] = Field(
        default=(),
        description="Of each service that is meant: whether the applicant's category may ask for it, and "
        "which documents are still missing. An attachment under the code of a document supplies it.",
    )


@dataclass(frozen=True)
class Request:
    """An acceptable submission with who sent it: `body` is the parsed JSON as it came.

    `examined` is what was found for each service that it means.
    """

    actor: Actor
    key: str
    body: Mapping[str, Any]
    submission: Submission
    traceparent: str
    examined: tuple[Examination, ...] = ()


@dataclass(frozen=True)
class Acceptance:
    """What is written in one transaction when an appeal is accepted, and the answer that follows it."""

    actor_id: str
    key: str
    body_digest: str
    appeal: AppealReceived
    wrapped_key: bytes
    message: OutboxMessage
    traceparent: str
    answer: Answer


def appeal_id_of(actor: Actor, key: str) -> str:
    """The id of the appeal that `actor` sends under idempotency key `key`."""
    return _id(f"{actor.id}/{key}")


def case_id_of(appeal_id: str) -> str:
    """The id of the case that this appeal opens when it joins none."""
    return _id(f"case/{appeal_id}")


def _id(name: str) -> str:
    """UUID of version 5 (RFC 9562), as `uuid.uuid5` makes it, without its object."""
    digest = bytearray(hashlib.sha1(_NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def salt_of(vault: Vault, appeal_id: str) -> str:
    """The receipt's salt: 128 bits that nobody can compute without the vault."""
    return vault.body_digest(f"receipt-salt/{appeal_id}".encode())[:32]


def compose(
    request: Request, vault: Vault, *, number: str, received_at: datetime, districts: frozenset[str]
) -> Acceptance:
    """Everything for one accepted appeal, under tracking number `number`; `received_at` is business time.

    A district that is not among `districts` stays in the sealed content alone: it could be anything.

    Raises:
        AppealRefused: the content is too large to be sealed.
    """
    body = receipts.canonical(request.body)
    appeal_id = appeal_id_of(request.actor, request.key)
    case_id = case_id_of(appeal_id)
    salt = salt_of(vault, appeal_id)
    receipt = vault.sign(
        receipts.claims(
            appeal_id=appeal_id,
            case_id=case_id,
            tracking_number=number,
            channel=request.submission.channel,
            received_at=received_at.isoformat(),
            digest=receipts.appeal_digest(salt, body),
        )
    )
    data_key, wrapped_key = vault.new_data_key(case_id)
    submission = request.submission
    appeal = AppealReceived(
        appeal_id=appeal_id,
        case_id=case_id,
        tracking_number=number,
        channel=submission.channel,
        received_at=received_at,
        services=submission.services,
        district=submission.district if submission.district in districts else None,
        language=submission.language,
        notice_channels=notice_channels(submission),
        applicant_index=vault.blind_index(submission.applicant.fin) if submission.applicant.fin else None,
        contact_indexes=_contact_indexes(submission.applicant, vault),
        receipt_digest=receipts.receipt_digest(receipt),
        sealed=data_key.seal(sealable(submission)),
    )
    return Acceptance(
        actor_id=request.actor.id,
        key=request.key,
        body_digest=vault.body_digest(body),
        appeal=appeal,
        wrapped_key=wrapped_key,
        message=_message(appeal, request.traceparent),
        traceparent=request.traceparent,
        answer=Answer(
            tracking_number=number,
            appeal_id=appeal_id,
            received_at=received_at,
            notice_channels=appeal.notice_channels,
            receipt=receipt,
            receipt_salt=salt,
            services=request.examined,
        ),
    )


def sealable(submission: Submission) -> bytes:
    """The personal part of a submission as it is sealed.

    Raises:
        AppealRefused: it is too large to be sealed.
    """
    content = submission.model_dump_json(include=SEALED_FIELDS, exclude_none=True).encode()
    if len(content) > CONTENT_LIMIT:
        raise AppealRefused(
            (Finding("", "appeal.too_large", f"Keep the appeal under {CONTENT_LIMIT} bytes."),)
        )
    return content


def _contact_indexes(applicant: Person, vault: Vault) -> tuple[str, ...]:
    """Of the applicant alone: who speaks for others would make them one."""
    contacts = (("sms", applicant.phone), ("email", applicant.email))
    return tuple(vault.blind_index(f"{channel}:{contact}") for channel, contact in contacts if contact)


def _message(appeal: AppealReceived, traceparent: str) -> OutboxMessage:
    event = AppealEvent(
        id=appeal.appeal_id,
        source=SOURCE,
        type=APPEAL_RECEIVED,
        subject=appeal.case_id,
        time=appeal.received_at,
        correlationid=appeal.tracking_number,
        traceparent=traceparent,
        data=appeal,
    )
    return OutboxMessage(topic=APPEALS, key=appeal.case_id, value=event.encode())
