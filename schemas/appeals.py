"""An appeal as intake publishes it on `vahid.appeals.v1`."""

from typing import Literal

from pydantic import Field

from schemas.frozen import CaseId, Code, Frozen, Instant, Name, Sealed, Whole

Channel = Literal["on_site", "call_centre", "mobile", "online", "import"]
Language = Literal["az", "en"]
NoticeChannel = Literal["sms", "email"]

APPEAL_RECEIVED = "az.vahid.appeal.received.v1"
APPEAL_SUPPLEMENTED = "az.vahid.appeal.supplemented.v1"


class AppealReceived(Frozen):
    """What an applicant brought: immutable. Everything personal is inside `sealed`.

    `case_id` is the case that this appeal opens when it joins none; it also names the data key. `services`
    is empty when the applicant asked in free text. `applicant_index` is the blind index of the FIN (absent
    without one), `person_index` that of the applicant's names and date of birth, in one spelling;
    `contact_indexes` are those of the applicant's own telephone number and e-mail address.
    `receipt_digest` is the SHA-256 (hex) of the signed receipt handed out.

    An appeal that was on paper before has `received_at` of then. `recorded_at` is when it was entered,
    `receipt_ground` why it counts as received earlier, `recorded_by` the account of who entered it.
    """

    appeal_id: CaseId
    case_id: CaseId
    tracking_number: Name
    channel: Channel
    received_at: Instant
    recorded_at: Instant | None = None
    receipt_ground: Code | None = None
    recorded_by: str | None = None
    services: tuple[Code, ...] = ()
    district: Name | None = None
    language: Language = "az"
    notice_channels: tuple[NoticeChannel, ...] = ()
    applicant_index: Name | None = None
    person_index: Name | None = None
    contact_indexes: tuple[Name, ...] = ()
    receipt_digest: Name
    sealed: Sealed


class AppealSupplemented(Frozen):
    """A document that was added to an appeal: a record of its own, as the appeal is immutable.

    `address` is the SHA-256 (hex) of the sealed document, under which it lies in the store of attachments,
    and `sealed_size` its bytes there. `sealed` says what it is (see `AttachmentContent`). Both are sealed by
    the data key that `case_id`, as in the appeal, names. `receipt_digest` is the SHA-256 (hex) of the signed
    receipt handed out.
    """

    attachment_id: CaseId
    appeal_id: CaseId
    case_id: CaseId
    tracking_number: Name
    channel: Channel
    received_at: Instant
    address: str = Field(pattern=r"^[0-9a-f]{64}$")
    sealed_size: Whole = Field(ge=1)
    receipt_digest: Name
    sealed: Sealed


class AttachmentContent(Frozen):
    """What `AppealSupplemented.sealed` holds once opened: a document's kind may reveal a person's health.

    `document` is a code of the catalogue's vocabulary; `media_type` was recognised by content; `size` is in
    bytes.
    """

    document: Code
    media_type: str
    size: Whole


class AppealContent(Frozen):
    """What `AppealReceived.sealed` holds once opened. Never logged, never published open."""

    class Person(Frozen):
        """A natural person. FIN: 7 characters, no I or O."""

        surname: str
        name: str
        patronymic: str | None = None
        fin: str | None = None
        birth_date: str | None = None
        phone: str | None = None
        email: str | None = None
        address: str | None = None

    class Representative(Person):
        """Who acts for the applicant, with the ground for it (power of attorney, guardianship, …)."""

        ground: str

    applicant: Person
    representative: Representative | None = None
    category: str
    district: Name | None = None
    text: str | None = None
    details: dict[str, str] = Field(default_factory=dict)
