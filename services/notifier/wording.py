"""Puts a planned message into words: the fields of its template, in the recipient's language. Pure."""

from collections.abc import Mapping, Sequence

from catalogue.answers import answer_text
from catalogue.messages import Message, render
from catalogue.model import Catalogue
from schemas.appeals import Language, NoticeChannel
from schemas.frozen import AgencyId, Code, Instant
from schemas.passports import Text
from services.notifier.model import (
    WHOLE,
    Answer,
    Extension,
    Forwarding,
    InformationRequest,
    Notice,
    Receipt,
    Review,
)

NO_SERVICE = Text(az="müraciətiniz", en="your appeal")
"""The title of what was asked while no service is named: free text, triage."""

NO_REASON = "–"

CONSEQUENT = frozenset({"step.predecessor_refused", "track.closed"})
"""Reasons that only follow from another one; where that is given too, they say nothing to the applicant."""


def word(
    catalogue: Catalogue,
    message: Notice,
    channel: NoticeChannel,
    language: Language,
    notes: Mapping[str, str],
) -> Message:
    """The message as it is sent. `notes` holds what of its `sealed_notes` could be opened, by the same keys.

    Raises:
        jinja2.TemplateError: the template cannot be filled in.
    """
    values = {
        "tracking_number": ", ".join(message.tracking_numbers),
        **_values(catalogue, message, language, notes),
    }
    return render(catalogue.template(message.kind, channel), language, values)


def _values(
    catalogue: Catalogue, message: Notice, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    note = notes.get(WHOLE, "").strip()
    match message:
        case Receipt():
            services = _services(catalogue, message.services, language)
            return {"service_title": services, "due_date": _day(catalogue, message.due_at)}
        case Answer():
            return _answer(catalogue, message, language, notes)
        case Extension():
            return {
                "reason": term(catalogue.vocabularies.reasons, message.reason, language),
                "remarks": note,
                "due_date": _day(catalogue, message.due_at),
                "legal_basis": message.legal_basis,
            }
        case InformationRequest():
            reason = message.reason and term(catalogue.vocabularies.reasons, message.reason, language)
            return {
                "agency_title": agency_title(catalogue, message.agency_id, language),
                "request": "; ".join(one for one in (reason, note) if one),
                "due_date": _day(catalogue, message.due_at),
            }
        case Forwarding():
            return {
                "from_title": agency_title(catalogue, message.from_agency, language),
                "to_title": agency_title(catalogue, message.to_agency, language),
                "legal_basis": catalogue.terms.forwarding_basis,
            }
        case Review():
            return {
                "service_title": _services(catalogue, (message.service,), language),
                "agency_title": agency_title(catalogue, message.agency_id, language),
            }


def _day(catalogue: Catalogue, instant: Instant) -> str:
    return f"{instant.astimezone(catalogue.calendar.zone):%d.%m.%Y}"


def _answer(
    catalogue: Catalogue, message: Answer, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    values = answer_values(catalogue, message, language, notes)
    template = catalogue.answer_template(message.service, message.outcome)
    values["answer"] = answer_text(template, language, values)
    said = [values["reasons"], *values["remarks"].splitlines()]
    values["reasons"] = "; ".join(one for one in said if one) or NO_REASON
    return values


def answer_values(
    catalogue: Catalogue, message: Answer, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    """The fields of an answer's text (`catalogue.answers.FIELDS`); `notes` as in `word`."""
    answered_at = message.answered_at
    reasons = "; ".join(
        term(catalogue.vocabularies.reasons, code, language) for code in reasons_given(message)
    )
    said = list(dict.fromkeys(note.strip() for note in notes.values() if note.strip()))
    return {
        "tracking_number": ", ".join(message.tracking_numbers),
        "service_title": _services(catalogue, (message.service,), language),
        "outcome": term(catalogue.vocabularies.outcomes, message.outcome, language),
        # An agency that gives no code gives its reason in its own words.
        "reasons": reasons or "; ".join(said),
        "remarks": "\n".join(said) if reasons else "",
        "legal_basis": message.legal_basis,
        "agency_title": agency_title(catalogue, message.lead_agency, language),
        "answered_on": _day(catalogue, answered_at) if answered_at else "",
        "how_to_object": getattr(catalogue.vocabularies.how_to_object, language),
    }


def agency_title(catalogue: Catalogue, agency_id: AgencyId, language: Language) -> str:
    """What an agency is called; its id where the catalogue does not have it any more."""
    body = catalogue.agencies.get(agency_id)
    return str(getattr(body.title, language)) if body else agency_id


def _services(catalogue: Catalogue, services: Sequence[Code], language: Language) -> str:
    titles = [
        catalogue.passports[code].title if code in catalogue.passports else NO_SERVICE for code in services
    ]
    return "; ".join(dict.fromkeys(getattr(title, language) for title in titles or [NO_SERVICE]))


def reasons_given(message: Answer) -> tuple[Code, ...]:
    """The codes of the reasons of an answer: of whoever ended the track, then of each step, each once."""
    codes = (message.reason_code, *(result.reason_code for result in message.results))
    given = tuple(dict.fromkeys(code for code in codes if code))
    return tuple(code for code in given if code not in CONSEQUENT) or given


def term(vocabulary: Mapping[Code, Text], code: Code, language: Language) -> str:
    """The agreed word for a code; the code itself where there is none."""
    return str(getattr(vocabulary[code], language)) if code in vocabulary else code
