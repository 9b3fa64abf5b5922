"""Who hears what of an event, and on which channel. Pure."""

from collections.abc import Sequence
from datetime import datetime

from catalogue.model import Catalogue
from schemas.appeals import AppealReceived, NoticeChannel
from schemas.case_events import AppealJoined, Body, CaseOpened, TrackAnswered
from schemas.frozen import Code
from services.notifier.model import CHANNELS, Answer, Notification, Receipt, Recipient


def appeal_in(body: Body) -> AppealReceived | None:
    """The appeal that came to the case by this event, if one did."""
    return body.appeal if isinstance(body, CaseOpened | AppealJoined) else None


def is_told(body: Body) -> bool:
    """Whether applicants are told of such an event."""
    return isinstance(body, CaseOpened | AppealJoined | TrackAnswered)


def plan(
    catalogue: Catalogue,
    event_id: str,
    seq: int,
    body: Body,
    recipients: Sequence[Recipient],
    recorded_at: datetime | None = None,
) -> tuple[Notification, ...]:
    """The notifications for the event `event_id`, the `seq`th of its case, whose `recipients` are known.

    Only who had come by then is told, so that a redelivered event is planned as it was the first time. A row
    is planned for every channel: one that is not used says why not.
    """
    present = sorted((one for one in recipients if one.seq <= seq), key=lambda one: one.seq)
    match body:
        case CaseOpened():
            return _receipts(event_id, body.appeal, body.clock.due_at, _new(present, seq))
        case AppealJoined():
            return _receipts(event_id, body.appeal, joined_due_at(catalogue, body.appeal), _new(present, seq))
        case TrackAnswered():
            return _answers(event_id, body, present, recorded_at)
        case _:
            return ()


def joined_due_at(catalogue: Catalogue, appeal: AppealReceived) -> datetime:
    """When the answer to an appeal that joined is due: the law's term runs from its own receipt."""
    passports = [catalogue.passports[code] for code in appeal.services if code in catalogue.passports]
    term = max((one.statutory_term for one in passports), default=catalogue.terms.statutory)
    return catalogue.calendar.due_at(appeal.received_at, term)


def _new(recipients: Sequence[Recipient], seq: int) -> tuple[Recipient, ...]:
    return tuple(one for one in recipients if one.seq == seq)


def _receipts(
    event_id: str, appeal: AppealReceived, due_at: datetime, recipients: Sequence[Recipient]
) -> tuple[Notification, ...]:
    return tuple(
        _notification(
            event_id,
            channel,
            one,
            Receipt(tracking_numbers=(one.tracking_number,), services=appeal.services, due_at=due_at),
            _obstacle(one, channel),
        )
        for one in recipients
        for channel in CHANNELS
    )


def _answers(
    event_id: str, body: TrackAnswered, recipients: Sequence[Recipient], answered_at: datetime | None
) -> tuple[Notification, ...]:
    return tuple(
        _answer(event_id, body, channel, group, answered_at)
        for channel in CHANNELS
        for group in _by_contact(recipients, channel)
    )


def _answer(
    event_id: str,
    body: TrackAnswered,
    channel: NoticeChannel,
    group: Sequence[Recipient],
    answered_at: datetime | None,
) -> Notification:
    """One message to all appeals behind one contact, in the language of the latest that allows it."""
    willing = [one for one in group if _obstacle(one, channel) is None]
    speaker = (willing or group)[-1]
    message = Answer(
        tracking_numbers=tuple(one.tracking_number for one in group),
        service=body.service,
        outcome=body.outcome,
        lead_agency=body.lead_agency,
        legal_basis=body.legal_basis,
        results=body.results,
        answered_at=answered_at,
    )
    return _notification(event_id, channel, speaker, message, _obstacle(speaker, channel))


def _by_contact(recipients: Sequence[Recipient], channel: NoticeChannel) -> tuple[list[Recipient], ...]:
    groups: dict[str, list[Recipient]] = {}
    for one in recipients:
        groups.setdefault(_address(one, channel), []).append(one)
    return tuple(groups.values())


def _obstacle(recipient: Recipient, channel: NoticeChannel) -> Code | None:
    """Why this recipient is not told on this channel; None when nothing stands against it."""
    if recipient.forgotten:
        return "forgotten"
    if channel not in recipient.notice_channels:
        return "no_consent"
    return None if channel in recipient.contacts else "no_contact"


def _address(recipient: Recipient, channel: NoticeChannel) -> str:
    return recipient.contacts.get(channel, f"appeal/{recipient.appeal_id}")


def _notification(
    event_id: str,
    channel: NoticeChannel,
    recipient: Recipient,
    message: Receipt | Answer,
    obstacle: Code | None,
) -> Notification:
    return Notification(
        event_id=event_id,
        recipient=_address(recipient, channel),
        channel=channel,
        case_id=recipient.case_id,
        appeal_id=recipient.appeal_id,
        language=recipient.language,
        message=message,
        state="planned" if obstacle is None else "skipped",
        reason=obstacle,
    )
