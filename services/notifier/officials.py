"""Which officials hear of a deadline, where and when: in their hours, whenever it was recorded. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.calendar import WorkingCalendar
from catalogue.hours import Hours, own_calendar
from catalogue.model import Catalogue
from catalogue.terms import ABOVE_THE_AGENCIES
from schemas.appeals import Language
from schemas.case_events import EventPayload
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded
from schemas.frozen import AgencyId, CaseId
from schemas.passports import Text
from services.notifier.model import Deadline, Notification, Recipient

LANGUAGE: Language = "az"
"""Officials are written to in the language of the state."""


@dataclass(frozen=True)
class Office:
    """Where an official is reached: `contact` is an e-mail address, `calendar` has the hours."""

    title: Text
    contact: str
    calendar: WorkingCalendar


def is_raised(body: EventPayload) -> bool:
    """Whether officials are told of such an event. One without `agencies` is from before they were."""
    return isinstance(body, DeadlineReminded | DeadlineEscalated) and bool(body.agencies)


def plan_for_officials(
    catalogue: Catalogue,
    event_id: str,
    case_id: CaseId,
    body: EventPayload,
    recipients: Sequence[Recipient],
    recorded_at: datetime,
) -> tuple[Notification, ...]:
    """An e-mail for each official whom the event names, to go when that one's hours begin.

    `recipients` are those of the case, for their tracking numbers. Who is not in the catalogue any more gets
    a row that says so.
    """
    if not isinstance(body, DeadlineReminded | DeadlineEscalated):
        return ()
    message = Deadline(
        tracking_numbers=tuple(one.tracking_number for one in recipients),
        subject=body.subject,
        clock=body.deadline,
        due_at=body.due_at,
        agencies=body.agencies,
        passed=isinstance(body, DeadlineEscalated),
    )
    return tuple(
        _notification(catalogue, event_id, case_id, recipient, message, recorded_at)
        for recipient in _told(body)
    )


def office_of(catalogue: Catalogue, recipient: str) -> Office | None:
    """The office behind `official/{agency}/{role}` or `official/{who is above the agencies}`, if any is."""
    match recipient.split("/"):
        case ["official", above]:
            official = catalogue.officials.get(above)
            if official is not None:
                return _office(catalogue, official.title, official.contact, official.hours)
        case ["official", agency_id, role]:
            return _office_in(catalogue, agency_id, role)
    return None


def _office_in(catalogue: Catalogue, agency_id: AgencyId, role: str) -> Office | None:
    body = catalogue.agencies.get(agency_id)
    if body is None:
        return None
    held = next((one for one in body.contacts if one == role), None)
    if held is None:
        return None
    return _office(catalogue, body.roles.get(held, body.title), body.contacts[held], body.hours)


def opening(catalogue: Catalogue, recipient: str, at: datetime) -> datetime:
    """The first instant, from `at` on, that is within the recipient's hours; `at` itself for an applicant."""
    office = office_of(catalogue, recipient)
    return at if office is None else office.calendar.opens_at(at)


def _office(catalogue: Catalogue, title: Text, contact: str, hours: Hours | None) -> Office:
    return Office(title, contact, own_calendar(catalogue.calendar, hours))


def _told(body: DeadlineReminded | DeadlineEscalated) -> Iterator[str]:
    """Each once, in the order of the escalation policy."""
    if not body.agencies:
        return
    for role in dict.fromkeys(body.told):
        if role in ABOVE_THE_AGENCIES:
            yield f"official/{role}"
        else:
            yield from (f"official/{agency_id}/{role}" for agency_id in body.agencies)


def _notification(
    catalogue: Catalogue,
    event_id: str,
    case_id: CaseId,
    recipient: str,
    message: Deadline,
    recorded_at: datetime,
) -> Notification:
    known = office_of(catalogue, recipient) is not None
    return Notification(
        event_id=event_id,
        recipient=recipient,
        channel="email",
        case_id=case_id,
        appeal_id=None,
        language=LANGUAGE,
        message=message,
        state="planned" if known else "skipped",
        reason=None if known else "no_contact",
        not_before=opening(catalogue, recipient, recorded_at),
    )
