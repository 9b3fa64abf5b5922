"""Who hears what of an event, and on which channel. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from catalogue.model import Catalogue
from schemas.appeals import AppealReceived, NoticeChannel
from schemas.case_events import EventPayload
from schemas.case_lifecycle_events import AppealJoined, CaseOpened, TrackAnswered, TrackOpened
from schemas.deadline_events import TermExtended
from schemas.frozen import AgencyId, Code
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import StepForwarded, StepInformationRequested, StepReassigned
from services.notifier.model import (
    CHANNELS,
    Answer,
    Extension,
    Forwarding,
    InformationRequest,
    Notice,
    Notification,
    Receipt,
    Recipient,
    Review,
)

_Wanted = Callable[[tuple[str, ...]], Notice]
"""The message about the appeals with these tracking numbers."""


def appeals_in(payload: EventPayload) -> tuple[AppealReceived, ...]:
    """The appeals that came to the case by this event. Who brought them hears of the case from then on."""
    if isinstance(payload, TracksTakenOver):
        return payload.appeals
    return (payload.appeal,) if isinstance(payload, CaseOpened | AppealJoined) else ()


def is_told(payload: EventPayload) -> bool:
    """Whether applicants are told of such an event. That their appeal went to another case is no news."""
    return isinstance(payload, CaseOpened | AppealJoined) or _message(payload, None) is not None


def plan(
    catalogue: Catalogue,
    event_id: str,
    seq: int,
    payload: EventPayload,
    recipients: Sequence[Recipient],
    recorded_at: datetime | None = None,
) -> tuple[Notification, ...]:
    """The notifications for the event `event_id`, the `seq`th of its case, whose `recipients` are known.

    Only who had come by then is told, so that a redelivered event is planned as it was the first time. A row
    is planned for every channel: one that is not used says why not.
    """
    present = sorted((one for one in recipients if one.seq <= seq), key=lambda one: one.seq)
    match payload:
        case CaseOpened():
            return _receipts(event_id, payload.appeal, payload.clock.due_at, _new(present, seq))
        case AppealJoined():
            return _receipts(
                event_id, payload.appeal, joined_due_at(catalogue, payload.appeal), _new(present, seq)
            )
    wanted = _message(payload, recorded_at)
    return () if wanted is None else _to_all(event_id, wanted, present)


def _message(payload: EventPayload, recorded_at: datetime | None) -> _Wanted | None:
    """What everybody who has an appeal in the case is told of the event; None when nothing."""
    match payload:
        case TrackAnswered():
            said = payload.model_dump(exclude={"type", "track"})
            return lambda numbers: Answer(tracking_numbers=numbers, answered_at=recorded_at, **said)
        case TermExtended():
            return lambda numbers: Extension(
                tracking_numbers=numbers,
                reason=payload.reason,
                due_at=payload.clock.due_at,
                legal_basis=payload.clock.extension_basis or payload.clock.legal_basis,
                sealed_note=payload.sealed_note,
            )
        case StepInformationRequested(status=asked, clock=clock) if clock is not None:
            return lambda numbers: InformationRequest(
                tracking_numbers=numbers,
                agency_id=asked.agency_id,
                due_at=clock.due_at,
                reason=asked.reason_code,
                sealed_note=asked.sealed_note,
            )
        case StepForwarded():
            return _forwarding(payload.status.agency_id, payload.to_agency)
        case StepReassigned():
            return _forwarding(payload.from_agency, payload.to_agency)
        case TrackOpened(purpose="review"):
            return lambda numbers: Review(
                tracking_numbers=numbers, service=payload.service, agency_id=payload.lead_agency
            )
        case _:
            return None


def _forwarding(from_agency: AgencyId, to_agency: AgencyId) -> _Wanted:
    return lambda numbers: Forwarding(tracking_numbers=numbers, from_agency=from_agency, to_agency=to_agency)


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


def _to_all(event_id: str, wanted: _Wanted, recipients: Sequence[Recipient]) -> tuple[Notification, ...]:
    return tuple(
        _to_contact(event_id, wanted, channel, group)
        for channel in CHANNELS
        for group in _by_contact(recipients, channel)
    )


def _to_contact(
    event_id: str, wanted: _Wanted, channel: NoticeChannel, group: Sequence[Recipient]
) -> Notification:
    """One message to all appeals behind one contact, in the language of the latest that allows it."""
    willing = [one for one in group if _obstacle(one, channel) is None]
    speaker = (willing or group)[-1]
    message = wanted(tuple(one.tracking_number for one in group))
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
    message: Notice,
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
