"""Puts a planned message into words: the fields of its template, in the recipient's language. Pure."""

from collections.abc import Mapping, Sequence

from catalogue.answers import answer_text
from catalogue.messages import Message, render
from catalogue.model import Catalogue
from schemas.appeals import Language, NoticeChannel
from schemas.case_events import StepAnswer
from schemas.frozen import AgencyId, Code
from schemas.passports import Text
from services.notifier.model import Answer, Receipt

NO_SERVICE = Text(az="müraciətiniz", en="your appeal")
"""The title of what was asked while no service is named: free text, triage."""

NO_REASON = "–"


def word(
    catalogue: Catalogue,
    message: Receipt | Answer,
    channel: NoticeChannel,
    language: Language,
    notes: Mapping[str, str],
) -> Message:
    """The message as it is sent. `notes` holds the opened note of each step that has one.

    Raises:
        jinja2.TemplateError: the template cannot be filled in.
    """
    values = (
        _receipt(catalogue, message, language)
        if isinstance(message, Receipt)
        else _answer(catalogue, message, language, notes)
    )
    return render(catalogue.template(message.kind, channel), language, values)


def _receipt(catalogue: Catalogue, message: Receipt, language: Language) -> dict[str, str]:
    due = message.due_at.astimezone(catalogue.calendar.zone)
    return {
        "tracking_number": ", ".join(message.tracking_numbers),
        "service_title": _services(catalogue, message.services, language),
        "due_date": f"{due:%d.%m.%Y}",
    }


def _answer(
    catalogue: Catalogue, message: Answer, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    values = answer_values(catalogue, message, language, notes)
    template = catalogue.answer_template(message.service, message.outcome)
    values["answer"] = answer_text(template, language, values)
    values["reasons"] = _reasons(catalogue, message.results, language, notes) or NO_REASON
    return values


def answer_values(
    catalogue: Catalogue, message: Answer, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    """The fields of an answer's text (`catalogue.answers.FIELDS`); `notes` as in `word`."""
    answered_at = message.answered_at
    reasons = _reasons(catalogue, message.results, language, {})
    said = list(dict.fromkeys(note.strip() for note in notes.values() if note.strip()))
    return {
        "tracking_number": ", ".join(message.tracking_numbers),
        "service_title": _services(catalogue, (message.service,), language),
        "outcome": term(catalogue.vocabularies.outcomes, message.outcome, language),
        # A body that gives no code gives its reason in its own words.
        "reasons": reasons or "; ".join(said),
        "remarks": "\n".join(said) if reasons else "",
        "legal_basis": message.legal_basis,
        "agency_title": agency_title(catalogue, message.lead_agency, language),
        "answered_on": f"{answered_at.astimezone(catalogue.calendar.zone):%d.%m.%Y}" if answered_at else "",
        "how_to_object": getattr(catalogue.vocabularies.how_to_object, language),
    }


def agency_title(catalogue: Catalogue, agency_id: AgencyId, language: Language) -> str:
    """What a body is called; its id where the catalogue does not have it any more."""
    body = catalogue.agencies.get(agency_id)
    return str(getattr(body.title, language)) if body else agency_id


def _services(catalogue: Catalogue, services: Sequence[Code], language: Language) -> str:
    titles = [
        catalogue.passports[code].title if code in catalogue.passports else NO_SERVICE for code in services
    ]
    return "; ".join(dict.fromkeys(getattr(title, language) for title in titles or [NO_SERVICE]))


def _reasons(
    catalogue: Catalogue, results: Sequence[StepAnswer], language: Language, notes: Mapping[str, str]
) -> str:
    """What each step gave as its reason: the agreed wording of its code, and the body's own words."""
    said: list[str] = []
    for result in results:
        if result.reason_code:
            said.append(term(catalogue.vocabularies.reasons, result.reason_code, language))
        if note := notes.get(result.step, "").strip():
            said.append(note)
    return "; ".join(dict.fromkeys(said))


def term(vocabulary: Mapping[Code, Text], code: Code, language: Language) -> str:
    """The agreed word for a code; the code itself where there is none."""
    return str(getattr(vocabulary[code], language)) if code in vocabulary else code
