"""What the notifier works on: recipients and notifications. Nothing personal stands open in them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal
from uuid import UUID, uuid5

from schemas.appeals import Language, NoticeChannel
from schemas.frozen import CaseId, Code, Sealed
from services.notifier.notices import Notice

CHANNELS: tuple[NoticeChannel, ...] = ("sms", "email")

State = Literal["planned", "sending", "sent", "parked", "failed", "skipped"]

_NAMESPACE = UUID("b7a8a0c2-5f0e-5d0c-9f5c-6e1f5a0f3b11")


@dataclass(frozen=True)
class Recipient:
    """Who brought an appeal to a case, as far as a notice needs it.

    `seq` is the sequence of the event by which the appeal came; `contacts` holds, by channel, the blind index
    of the contact; `forgotten` means that the key of the person's data is destroyed. `unconfirmed` are the
    channels whose contact nothing confirmed when the appeal joined: it gets the receipt of this appeal alone.
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
    unconfirmed: tuple[NoticeChannel, ...] = ()


@dataclass(frozen=True)
class Notification:
    """One notice to one recipient on one channel because of one event, as it is planned.

    `recipient` is the blind index of the contact, or `appeal/{appeal_id}` where there is no contact; for an
    official `official/…` (see `services.notifier.officials`). `appeal_id` names the appeal whose sealed
    content holds the contact; an official has none. It is not sent before `not_before` (business time).
    `subject` is what a notice to an applicant is about: a track, a step, or the case.
    """

    event_id: str
    recipient: str
    channel: NoticeChannel
    case_id: CaseId
    appeal_id: CaseId | None
    language: Language
    notice: Notice
    state: Literal["planned", "skipped"] = "planned"
    reason: Code | None = None
    not_before: datetime | None = None
    subject: str | None = None

    @cached_property
    def notification_id(self) -> str:
        """The same for every attempt: the SMS gateway's reference and the local part of the Message-ID."""
        return str(uuid5(_NAMESPACE, f"{self.event_id}\n{self.recipient}\n{self.channel}"))
