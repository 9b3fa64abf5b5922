"""What the notifier works on: recipients, messages as they are kept (nothing personal open), rows."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field, TypeAdapter

from schemas.appeals import Language, NoticeChannel
from schemas.case_events import Outcome, StepAnswer
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Sealed

CHANNELS: tuple[NoticeChannel, ...] = ("sms", "email")

State = Literal["planned", "sending", "sent", "parked", "failed", "skipped"]
Kind = Literal["receipt", "answer"]

_NAMESPACE = UUID("b7a8a0c2-5f0e-5d0c-9f5c-6e1f5a0f3b11")


class Receipt(Frozen):
    """The appeal was taken in; `due_at` is when its answer is due."""

    kind: Literal["receipt"] = "receipt"
    tracking_numbers: tuple[str, ...]
    services: tuple[Code, ...]
    due_at: Instant


class Answer(Frozen):
    """A track was answered; the reasons stay sealed in `results` until the message is written.

    `answered_at` is absent in messages that were planned before it was kept.
    """

    kind: Literal["answer"] = "answer"
    tracking_numbers: tuple[str, ...]
    service: Code
    outcome: Outcome
    lead_agency: AgencyId
    legal_basis: str
    results: tuple[StepAnswer, ...]
    answered_at: Instant | None = None


Message = Annotated[Receipt | Answer, Field(discriminator="kind")]
MESSAGE: TypeAdapter[Receipt | Answer] = TypeAdapter(Message)


@dataclass(frozen=True)
class Recipient:
    """Who brought an appeal to a case, as far as a notice needs it.

    `seq` is the sequence of the event by which the appeal came; `contacts` holds, by channel, the blind index
    of the contact; `forgotten` says that the key of the person's data is destroyed.
    """

    case_id: CaseId
    appeal_id: CaseId
    seq: int
    tracking_number: str
    language: Language
    notice_channels: tuple[NoticeChannel, ...]
    contacts: dict[NoticeChannel, str]
    sealed: Sealed
    forgotten: bool = False


@dataclass(frozen=True)
class Notification:
    """One message to one recipient on one channel because of one event, as it is planned.

    `recipient` is the blind index of the contact, or `appeal/{appeal_id}` where there is no contact.
    `appeal_id` names the appeal in whose sealed content the contact stands.
    """

    event_id: str
    recipient: str
    channel: NoticeChannel
    case_id: CaseId
    appeal_id: CaseId
    language: Language
    message: Receipt | Answer
    state: Literal["planned", "skipped"] = "planned"
    reason: Code | None = None

    @property
    def notification_id(self) -> str:
        """The same for every try: the SMS gateway's reference and the local part of the Message-ID."""
        return str(uuid5(_NAMESPACE, f"{self.event_id}\n{self.recipient}\n{self.channel}"))
