"""From an acceptable submission to everything that is stored, published and sent back for it.

Values in, values out: the vault is the only helper, and it does no I/O here. Ids follow from the caller and
its `Idempotency-Key`: a repeated request, also years later, makes no second appeal.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from catalogue.eligibility import Assessment
from kit.canonical_json import canonical_json
from kit.contacts import folded_contact
from kit.outbox.table import OutboxMessage
from kit.person_names import person_key
from kit.vault import Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_RECEIVED, AppealReceived, NoticeChannel
from schemas.envelope import CloudEvent
from services.intake import outgoing, receipts
from services.intake.appeals.domain import CONTENT_LIMIT, AppealRefused, Finding, notice_channels
from services.intake.appeals.earlier_receipt import entry_of
from services.intake.appeals.submission import OPEN_FIELDS, SEALED_FIELDS, Person, Submission
from services.intake.idempotency import Claim, RepeatableResponse

_EVENT = CloudEvent[AppealReceived]

_NAMESPACE = UUID("6f0b4b1e-6f0e-5c0c-9a51-0f6a2f1f6a11")


class AppealResponse(RepeatableResponse):
    """The response to an accepted appeal; a repeated request gets the same one."""

    RECOMPUTED: ClassVar[frozenset[str]] = frozenset({"receipt_salt", "services"})

    tracking_number: str = Field(examples=["VHD-21-0001234-K"])
    appeal_id: str
    received_at: datetime = Field(description="Business time; the day of receipt is not counted in any term.")
    recorded_at: datetime | None = Field(
        default=None, description="When an appeal was entered that had been received on paper before."
    )
    receipt_ground: str | None = Field(default=None, description="Why it counts as received earlier.")
    notice_channels: tuple[NoticeChannel, ...] = Field(description="How the applicant is notified.")
    receipt: str = Field(description="JWS (Ed25519); its key is at /v1/receipt-key.")
    receipt_salt: str = Field(
        default="",
        description="With it and the canonical body (RFC 8785) anybody can compute the receipt's "
        "appeal_digest: SHA-256 of the salt, a full stop, the body.",
    )
    services: tuple[Assessment, ...] = Field(
        default=(),
        description="For each service that is meant: whether the applicant's category may ask for it, and "
        "which documents are missing. An attachment under the code of a document supplies it.",
    )


@dataclass(frozen=True)
class SubmittedAppeal:
    """An acceptable submission with who sent it: `body` is the parsed JSON as it came.

    `examined` is the finding for each service that it means.
    """

    actor: Actor
    key: str
    body: Mapping[str, Any]
    submission: Submission
    traceparent: str
    examined: tuple[Assessment, ...] = ()

    @property
    def appeal_id(self) -> str:
        """The id that the appeal has."""
        return appeal_id_of(self.actor, self.key)


@dataclass(frozen=True)
class AppealAcceptance:
    """What is written in one transaction when an appeal is accepted, with the claim of its key."""

    claim: Claim[AppealResponse]
    appeal: AppealReceived
    wrapped_key: bytes
    message: OutboxMessage
    record_digest: str
    traceparent: str


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


def compose(submitted: SubmittedAppeal, vault: Vault, *, number: str, now: datetime) -> AppealAcceptance:
    """Everything for one accepted appeal, under tracking number `number`; `now` is business time.

    Raises:
        AppealRefused: the content is too large to be sealed.
    """
    body = canonical_json(dict(submitted.body))
    salt = receipts.salt_of(vault, submitted.appeal_id)
    entry = entry_of(submitted.submission, submitted.actor.id, now)
    data_key, wrapped_key = vault.new_data_key(case_id_of(submitted.appeal_id))
    submission = submitted.submission
    record = AppealReceived(
        **{name: getattr(submission, name) for name in OPEN_FIELDS},
        **entry,
        appeal_id=submitted.appeal_id,
        case_id=data_key.key_id,
        tracking_number=number,
        district=submission.district,
        notice_channels=notice_channels(submission),
        applicant_index=vault.blind_index(submission.applicant.fin) if submission.applicant.fin else None,
        person_index=vault.blind_index(person_key(submission.applicant))
        if submission.applicant.fin
        else None,
        contact_indexes=_contact_indexes(submission.applicant, vault),
        receipt_digest="",
        sealed=data_key.seal(sealable(submission)),
    )
    receipt = _receipt(record, vault, receipts.content_digest(salt, body))
    appeal = record.model_copy(update={"receipt_digest": receipt.digest})
    response = _response(submitted, appeal, receipt, salt)
    return AppealAcceptance(
        claim=Claim(submitted.actor.id, submitted.key, vault.body_digest(body), response),
        appeal=appeal,
        wrapped_key=wrapped_key,
        message=outgoing.message(
            _EVENT, APPEAL_RECEIVED, appeal.appeal_id, appeal, submitted.traceparent, receipt.jws
        ),
        record_digest=receipt.record_digest,
        traceparent=submitted.traceparent,
    )


def _receipt(record: AppealReceived, vault: Vault, digest: str) -> receipts.Receipt:
    claims = {
        "case_id": record.case_id,
        "tracking_number": record.tracking_number,
        "channel": record.channel,
        "received_at": record.received_at.isoformat(),
        "appeal_digest": digest,
    }
    if record.recorded_at is not None:
        claims |= {
            "recorded_at": record.recorded_at.isoformat(),
            "receipt_ground": record.receipt_ground or "",
        }
    return receipts.sign(vault, record.appeal_id, claims, record)


def _response(
    submitted: SubmittedAppeal, appeal: AppealReceived, receipt: receipts.Receipt, salt: str
) -> AppealResponse:
    return AppealResponse(
        tracking_number=appeal.tracking_number,
        appeal_id=appeal.appeal_id,
        received_at=appeal.received_at,
        recorded_at=appeal.recorded_at,
        receipt_ground=appeal.receipt_ground,
        notice_channels=appeal.notice_channels,
        receipt=receipt.jws,
        receipt_salt=salt,
        services=submitted.examined,
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
    """Of the applicant alone: a representative may act for several, who are different persons."""
    written: tuple[tuple[NoticeChannel, str | None], ...] = (
        ("sms", applicant.phone),
        ("email", applicant.email),
    )
    return tuple(
        vault.blind_index(folded_contact(channel, contact)) for channel, contact in written if contact
    )
