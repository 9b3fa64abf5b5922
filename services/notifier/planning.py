"""Which applicants are notified of an event, of what, and on which channel. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from catalogue.model import Catalogue
from schemas.appeals import AppealReceived, NoticeChannel
from schemas.case_events import EventPayload
from schemas.case_lifecycle_events import AppealJoined, AppealShared, CaseOpened, TrackAnswered, TrackOpened
from schemas.deadline_events import CASE_SUBJECT, ClockRevised, DeadlineEscalated, TermExtended
from schemas.frozen import AgencyId, Code
from schemas.step_events import StepForwarded, StepInformationRequested, StepReassigned
from services.notifier.model import CHANNELS, Notification, Recipient
from services.notifier.notices import (
    AnswerNotice,
    ApplicantNotice,
    DelayNotice,
    ExtensionNotice,
    ForwardingNotice,
    InformationNotice,
    ReceiptNotice,
    ReviewNotice,
    TermNotice,
)

_NoticeAbout = Callable[[tuple[str, ...]], ApplicantNotice]
"""The notice about the appeals with these tracking numbers."""


def notifies_applicants(payload: EventPayload) -> bool:
    """Whether applicants are notified of such an event. Of a hand-over to another case they are not."""
    return isinstance(payload, CaseOpened | AppealJoined) or _notice_of(payload, None) is not None


def plan_for_applicants(
    catalogue: Catalogue,
    event_id: str,
    seq: int,
    payload: EventPayload,
    recipients: Sequence[Recipient],
    recorded_at: datetime | None = None,
) -> tuple[Notification, ...]:
    """The notifications of the event `event_id`, number `seq` of its case, to the `recipients` of the case.

    Only recipients who had come by then are notified, so that a redelivered event is planned as it was the
    first time. There is a notification for every channel: one that is skipped has the reason.
    """
    planned = _planned(catalogue, event_id, seq, payload, recipients, recorded_at)
    subject = _subject_of(payload)
    return tuple(replace(notification, subject=subject) for notification in planned)


def _subject_of(payload: EventPayload) -> str:
    """What the event is about, as the case's tasks name it."""
    match payload:
        case TrackAnswered() | TrackOpened():
            return payload.track
        case StepInformationRequested() | StepForwarded() | StepReassigned():
            return payload.step
        case _:
            return CASE_SUBJECT


def _planned(
    catalogue: Catalogue,
    event_id: str,
    seq: int,
    payload: EventPayload,
    recipients: Sequence[Recipient],
    recorded_at: datetime | None,
) -> tuple[Notification, ...]:
    present = sorted((each for each in recipients if each.seq <= seq), key=lambda each: each.seq)
    match payload:
        case CaseOpened():
            return _receipts(event_id, payload.appeal, payload.clock.due_at, _new(present, seq))
        case AppealJoined():
            own = payload.clock
            due_at = own.due_at if own is not None else joined_due_at(catalogue, payload.appeal)
            return _receipts(event_id, payload.appeal, due_at, _new(present, seq))
    notice = _notice_of(payload, recorded_at)
    return () if notice is None else _to_all(event_id, notice, _concerned(payload, present))


def _concerned(payload: EventPayload, recipients: Sequence[Recipient]) -> Sequence[Recipient]:
    """The recipients whose appeal has the term that the event names; all of the case where it names none."""
    term = payload.term if isinstance(payload, TermExtended | ClockRevised | DeadlineEscalated) else None
    of_the_term = [each for each in recipients if each.appeal_id == term]
    return of_the_term or recipients


def _notice_of(payload: EventPayload, recorded_at: datetime | None) -> _NoticeAbout | None:  # noqa: PLR0911 - flat
    """The notice of the event to everybody who has an appeal in the case; None when there is none."""
    match payload:
        case TrackAnswered():
            answer = payload.model_dump(exclude={"type", "track"})
            return lambda numbers: AnswerNotice(tracking_numbers=numbers, answered_at=recorded_at, **answer)
        case TermExtended():
            return lambda numbers: ExtensionNotice(
                tracking_numbers=numbers,
                reason=payload.reason,
                due_at=payload.clock.due_at,
                legal_basis=payload.clock.extension_basis or payload.clock.legal_basis,
                sealed_note=payload.sealed_note,
            )
        case ClockRevised(subject="case"):
            return lambda numbers: TermNotice(
                tracking_numbers=numbers,
                previous_due_at=payload.previous_due_at,
                due_at=payload.clock.due_at,
                legal_basis=payload.clock.legal_basis,
            )
        case DeadlineEscalated(delay=True):
            return lambda numbers: DelayNotice(tracking_numbers=numbers, due_at=payload.due_at)
        case StepInformationRequested(status=status, clock=clock) if clock is not None:
            return lambda numbers: InformationNotice(
                tracking_numbers=numbers,
                agency_id=status.agency_id,
                due_at=clock.due_at,
                reason=status.reason_code,
                sealed_note=status.sealed_note,
            )
        case StepForwarded():
            return _forwarding(payload.status.agency_id, payload.to_agency)
        case StepReassigned():
            return _forwarding(payload.from_agency, payload.to_agency)
        case TrackOpened(purpose="review"):
            return lambda numbers: ReviewNotice(
                tracking_numbers=numbers,
                service=payload.service,
                agency_id=payload.lead_agency,
                due_at=payload.clock.due_at if payload.clock is not None else None,
            )
        case _:
            return None


def _forwarding(from_agency: AgencyId, to_agency: AgencyId) -> _NoticeAbout:
    return lambda numbers: ForwardingNotice(
        tracking_numbers=numbers, from_agency=from_agency, to_agency=to_agency
    )


def joined_due_at(catalogue: Catalogue, appeal: AppealReceived) -> datetime:
    """When the answer to an appeal that joined is due: the law's term runs from its own receipt."""
    passports = [catalogue.passports[code] for code in appeal.services if code in catalogue.passports]
    term = max((passport.statutory_term for passport in passports), default=catalogue.terms.statutory)
    return catalogue.calendar.due_at(appeal.received_at, term)


def _new(recipients: Sequence[Recipient], seq: int) -> tuple[Recipient, ...]:
    return tuple(each for each in recipients if each.seq == seq)


def _receipts(
    event_id: str, appeal: AppealReceived, due_at: datetime, recipients: Sequence[Recipient]
) -> tuple[Notification, ...]:
    return tuple(
        _notification(
            event_id,
            channel,
            recipient,
            ReceiptNotice(
                tracking_numbers=(recipient.tracking_number,), services=appeal.services, due_at=due_at
            ),
            _obstacle_to_receipt(recipient, channel),
        )
        for recipient in recipients
        for channel in CHANNELS
    )


def _to_all(event_id: str, notice: _NoticeAbout, recipients: Sequence[Recipient]) -> tuple[Notification, ...]:
    return tuple(
        _to_contact(event_id, notice, channel, group)
        for channel in CHANNELS
        for group in _by_contact(recipients, channel)
    )


def _to_contact(
    event_id: str, notice: _NoticeAbout, channel: NoticeChannel, group: Sequence[Recipient]
) -> Notification:
    """One notification about all appeals behind one contact, in the language of the latest that consents."""
    consenting = [each for each in group if _obstacle(each, channel) is None]
    addressee = (consenting or group)[-1]
    about_all = notice(tuple(each.tracking_number for each in group))
    return _notification(event_id, channel, addressee, about_all, _obstacle(addressee, channel))


def _by_contact(recipients: Sequence[Recipient], channel: NoticeChannel) -> tuple[list[Recipient], ...]:
    groups: dict[str, list[Recipient]] = {}
    for recipient in recipients:
        groups.setdefault(_address(recipient, channel), []).append(recipient)
    return tuple(groups.values())


def _obstacle(recipient: Recipient, channel: NoticeChannel) -> Code | None:
    """Why this recipient is not notified of the case on this channel; None when nothing prevents it."""
    hindered = _obstacle_to_receipt(recipient, channel)
    return hindered or ("contact_unconfirmed" if channel in recipient.unconfirmed else None)


def _obstacle_to_receipt(recipient: Recipient, channel: NoticeChannel) -> Code | None:
    """Of their own appeal alone its contacts are notified, too, when nothing confirms them."""
    if recipient.forgotten:
        return "forgotten"
    if channel not in recipient.notice_channels:
        return "no_consent"
    return None if channel in recipient.contacts else "no_contact"


def unconfirmed_contacts(
    payload: EventPayload, contacts: Mapping[NoticeChannel, str], earlier: Sequence[Recipient]
) -> tuple[NoticeChannel, ...]:
    """The channels whose contact nothing confirms: a contact confirmed the person, and it is not this one.

    `contacts` are those of the appeal that the event brings, `earlier` the recipients of the case before it.
    Anybody can write a contact of the person, and one of their own beside it.
    """
    if not isinstance(payload, AppealJoined | AppealShared) or payload.confirmed_by != "contact":
        return ()
    known = {
        contact
        for each in earlier
        for channel, contact in each.contacts.items()
        if channel not in each.unconfirmed
    }
    return tuple(channel for channel, contact in contacts.items() if contact not in known)


def _address(recipient: Recipient, channel: NoticeChannel) -> str:
    return recipient.contacts.get(channel, f"appeal/{recipient.appeal_id}")


def _notification(
    event_id: str,
    channel: NoticeChannel,
    recipient: Recipient,
    notice: ApplicantNotice,
    obstacle: Code | None,
) -> Notification:
    return Notification(
        event_id=event_id,
        recipient=_address(recipient, channel),
        channel=channel,
        case_id=recipient.case_id,
        appeal_id=recipient.appeal_id,
        language=recipient.language,
        notice=notice,
        state="planned" if obstacle is None else "skipped",
        reason=obstacle,
    )
