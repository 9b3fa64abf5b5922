"""Which officials are notified of a deadline, where, and when: within their hours. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.calendar import WorkingCalendar
from catalogue.hours import Hours, own_calendar
from catalogue.model import Catalogue
from catalogue.terms import ABOVE_THE_AGENCIES
from schemas.appeals import Language
from schemas.case_events import EventPayload
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded, EscalationWithdrawn
from schemas.frozen import AgencyId, CaseId
from schemas.passports import Text
from services.notifier.model import Notification, Recipient
from services.notifier.notices import DeadlineNotice

LANGUAGE: Language = "az"
"""Officials are notified in the language of the state."""


DeadlineEvent = DeadlineReminded | DeadlineEscalated | EscalationWithdrawn
"""What officials are notified of."""


@dataclass(frozen=True)
class OfficialContact:
    """How to reach an official: by the e-mail address `address`, within the hours of `calendar`."""

    title: Text
    address: str
    calendar: WorkingCalendar


def notifies_officials(payload: EventPayload) -> bool:
    """Whether officials are notified of such an event. Without `agencies`, it names none of them."""
    return isinstance(payload, DeadlineEvent) and bool(payload.agencies)


def plan_for_officials(
    catalogue: Catalogue,
    event_id: str,
    case_id: CaseId,
    payload: EventPayload,
    recipients: Sequence[Recipient],
    recorded_at: datetime,
) -> tuple[Notification, ...]:
    """An e-mail to each official whom the event names, within that official's hours.

    `recipients` are those of the case, for their tracking numbers. An official whom the catalogue no longer
    has gets a skipped notification.
    """
    if not isinstance(payload, DeadlineEvent):
        return ()
    notice = DeadlineNotice(
        tracking_numbers=tuple(recipient.tracking_number for recipient in recipients),
        subject=payload.subject,
        deadline=payload.deadline,
        due_at=payload.due_at,
        agencies=payload.agencies,
        passed=isinstance(payload, DeadlineEscalated),
        withdrawn=isinstance(payload, EscalationWithdrawn),
    )
    return tuple(
        _notification(catalogue, event_id, case_id, official, notice, recorded_at)
        for official in _officials(payload)
    )


def official_contact_of(catalogue: Catalogue, recipient: str) -> OfficialContact | None:
    """The contact of `official/{agency}/{role}` or `official/{above the agencies}`; None without one."""
    match recipient.split("/"):
        case ["official", above]:
            official = catalogue.officials.get(above)
            if official is not None:
                return _contact(catalogue, official.title, official.contact, official.hours)
        case ["official", agency_id, role]:
            return _contact_in(catalogue, agency_id, role)
    return None


def _contact_in(catalogue: Catalogue, agency_id: AgencyId, role: str) -> OfficialContact | None:
    agency = catalogue.agencies.get(agency_id)
    if agency is None:
        return None
    known = next((held for held in agency.contacts if held == role), None)
    if known is None:
        return None
    return _contact(catalogue, agency.roles.get(known, agency.title), agency.contacts[known], agency.hours)


def next_contact_time(catalogue: Catalogue, recipient: str, at: datetime) -> datetime:
    """The first instant, from `at` on, within the recipient's hours; `at` itself for an applicant."""
    contact = official_contact_of(catalogue, recipient)
    return at if contact is None else contact.calendar.opens_at(at)


def _contact(catalogue: Catalogue, title: Text, contact: str, hours: Hours | None) -> OfficialContact:
    return OfficialContact(title, contact, own_calendar(catalogue.calendar, hours))


def _officials(payload: DeadlineEvent) -> Iterator[str]:
    """The recipients, each once, in the order of the escalation policy."""
    if not payload.agencies:
        return
    for role in dict.fromkeys(payload.told):
        if role in ABOVE_THE_AGENCIES:
            yield f"official/{role}"
        else:
            yield from (f"official/{agency_id}/{role}" for agency_id in payload.agencies)


def _notification(
    catalogue: Catalogue,
    event_id: str,
    case_id: CaseId,
    recipient: str,
    notice: DeadlineNotice,
    recorded_at: datetime,
) -> Notification:
    known = official_contact_of(catalogue, recipient) is not None
    return Notification(
        event_id=event_id,
        recipient=recipient,
        channel="email",
        case_id=case_id,
        appeal_id=None,
        language=LANGUAGE,
        notice=notice,
        state="planned" if known else "skipped",
        reason=None if known else "no_contact",
        not_before=next_contact_time(catalogue, recipient, recorded_at),
    )
