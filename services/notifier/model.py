"""What the notifier works on: recipients, messages as they are kept (nothing personal open), rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field, TypeAdapter

from schemas.appeals import Language, NoticeChannel
from schemas.case_lifecycle_events import Outcome, StepAnswer
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Sealed

CHANNELS: tuple[NoticeChannel, ...] = ("sms", "email")

State = Literal["planned", "sending", "sent", "parked", "failed", "skipped"]
WHOLE = "whole"
"""Whose note it is that is no step's: of whoever decided what the message tells."""

_NAMESPACE = UUID("b7a8a0c2-5f0e-5d0c-9f5c-6e1f5a0f3b11")


class _Told(Frozen):
    """What every message to an applicant has: the tracking numbers of the appeals that it is about."""

    tracking_numbers: tuple[str, ...]
    sealed_note: Sealed | None = None

    @property
    def sealed_notes(self) -> dict[str, Sealed]:
        """What was written to the applicant and is sealed: by step, or under `WHOLE`."""
        return {} if self.sealed_note is None else {WHOLE: self.sealed_note}


class Receipt(_Told):
    """The appeal was taken in; `due_at` is when its answer is due."""

    kind: Literal["receipt"] = "receipt"
    services: tuple[Code, ...]
    due_at: Instant


class Answer(_Told):
    """A track was answered; the reasons stay sealed in `results` until the message is written.

    `answered_at` is absent in messages that were planned before it was kept; `reason_code` and `sealed_note`
    are those of whoever ended the track by a command.
    """

    kind: Literal["answer"] = "answer"
    service: Code
    outcome: Outcome
    lead_agency: AgencyId
    legal_basis: str
    results: tuple[StepAnswer, ...]
    answered_at: Instant | None = None
    reason_code: Code | None = None

    @property
    def sealed_notes(self) -> dict[str, Sealed]:
        """What the agencies wrote, by step, and what the one who ended the track did."""
        of_steps = {one.step: one.sealed_note for one in self.results if one.sealed_note is not None}
        return {**super().sealed_notes, **of_steps}


class Extension(_Told):
    """The statutory term was extended to `due_at`, for a reason (Law on citizens' appeals, Article 10.2)."""

    kind: Literal["extension"] = "extension"
    reason: Code
    due_at: Instant
    legal_basis: str


class InformationRequest(_Told):
    """An agency asks for information and waits for it until `due_at`; what it asks for is in the note."""

    kind: Literal["information"] = "information"
    agency_id: AgencyId
    due_at: Instant
    reason: Code | None = None


class Forwarding(_Told):
    """A step went from one agency to another (Law on citizens' appeals, Article 7.10)."""

    kind: Literal["forwarding"] = "forwarding"
    from_agency: AgencyId
    to_agency: AgencyId


class Review(_Told):
    """An objection was received; `agency_id` is the agency that reviews the answer."""

    kind: Literal["objection"] = "objection"
    service: Code
    agency_id: AgencyId


class Deadline(_Told):
    """To officials: a level of the escalation policy; `passed` when the deadline is behind. Nothing personal is in it.

    `subject` is the step, or `case`; `clock` names attempt, clock and level. The two are unique in the case.
    """

    kind: Literal["deadline"] = "deadline"
    subject: str
    clock: str
    due_at: Instant
    agencies: tuple[AgencyId, ...]
    passed: bool


Notice = Receipt | Answer | Extension | InformationRequest | Forwarding | Review
"""What an applicant is told; its `kind` is the event of the catalogue's templates that words it."""

Message = Notice | Deadline

MESSAGE: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


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

    `recipient` is the blind index of the contact, or `appeal/{appeal_id}` where there is no contact; for an
    official `official/…` (see `services.notifier.officials`). `appeal_id` names the appeal in whose sealed
    content the contact stands; an official has none. `not_before` (business time) is when it may go.
    """

    event_id: str
    recipient: str
    channel: NoticeChannel
    case_id: CaseId
    appeal_id: CaseId | None
    language: Language
    message: Message
    state: Literal["planned", "skipped"] = "planned"
    reason: Code | None = None
    not_before: datetime | None = None

    @cached_property
    def notification_id(self) -> str:
        """The same for every try: the SMS gateway's reference and the local part of the Message-ID."""
        return str(uuid5(_NAMESPACE, f"{self.event_id}\n{self.recipient}\n{self.channel}"))
