"""An appeal as intake publishes it on `vahid.appeals.v1`."""

from typing import Literal

from pydantic import Field

from schemas.frozen import CaseId, Code, Frozen, Instant, Sealed

Channel = Literal["on_site", "call_centre", "mobile", "online", "import"]
Language = Literal["az", "en"]
NoticeChannel = Literal["sms", "email"]

APPEAL_RECEIVED = "az.vahid.appeal.received.v1"


class AppealReceived(Frozen):
    """What an applicant brought: immutable. Everything personal is inside `sealed`.

    `case_id` is the case that this appeal opens when it joins none; it also names the data key.
    `applicant_index` is the blind index of the FIN (absent without one); `services` is empty when the
    applicant asked in free text; `receipt_digest` is the SHA-256 (hex) of the signed receipt handed out.
    """

    appeal_id: CaseId
    case_id: CaseId
    tracking_number: str
    channel: Channel
    received_at: Instant
    services: tuple[Code, ...] = ()
    district: str | None = None
    language: Language = "az"
    notice_channels: tuple[NoticeChannel, ...] = ()
    applicant_index: str | None = None
    receipt_digest: str
    sealed: Sealed


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
    district: str | None = None
    text: str | None = None
    details: dict[str, str] = Field(default_factory=dict)
