"""Renders a notice to an applicant: the fields of its template, in the recipient's language. Pure."""

from collections.abc import Mapping, Sequence

from catalogue.answers import answer_text
from catalogue.messages import Message, render
from catalogue.model import Catalogue
from kit.printable import printable
from schemas.appeals import Language, NoticeChannel
from schemas.frozen import AgencyId, Code, Instant
from schemas.passports import Text
from services.notifier.notices import (
    OVERALL,
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

NO_SERVICE = Text(az="müraciətiniz", en="your appeal")
"""The title where no service is named: free text, triage."""

NO_REASON = "–"

MOST_LISTED = 3
"""Tracking numbers, or services, that an SMS, a subject or a line of a digest names."""

CONSEQUENT = frozenset({"step.predecessor_refused", "track.closed"})
"""Reasons that follow from another one. Where that is given too, they are left out."""


def render_notice(
    catalogue: Catalogue,
    notice: ApplicantNotice,
    channel: NoticeChannel,
    language: Language,
    notes: Mapping[str, str],
) -> Message:
    """The message to send. `notes` holds the opened ones of the notice's `sealed_notes`, by the same keys.

    Raises:
        jinja2.TemplateError: the template cannot be filled in.
    """
    values = {
        "tracking_number": ", ".join(notice.tracking_numbers),
        **_values(catalogue, notice, language, printable_notes(notes)),
    }
    brief = _brief(catalogue, notice, language)
    return render(catalogue.template(notice.kind, channel), language, values, brief)


def _brief(catalogue: Catalogue, notice: ApplicantNotice, language: Language) -> dict[str, str]:
    """The values that are lists, short enough for an SMS or a subject."""
    brief = {"tracking_number": listed(catalogue, notice.tracking_numbers, language)}
    if isinstance(notice, ReceiptNotice):
        titles = _titles(catalogue, notice.services, language)
        brief["service_title"] = listed(catalogue, titles, language, separator="; ")
    return brief


def listed(catalogue: Catalogue, items: Sequence[str], language: Language, *, separator: str = ", ") -> str:
    """The items; of more than three the first two, and how many more there are."""
    if len(items) <= MOST_LISTED:
        return separator.join(items)
    shown = items[: MOST_LISTED - 1]
    more = getattr(catalogue.vocabularies.and_more, language).format(count=len(items) - len(shown))
    return f"{separator.join(shown)} {more}"


def printable_notes(notes: Mapping[str, str]) -> dict[str, str]:
    """The notes without what would steer a terminal, a mail reader or the order of writing."""
    return {author: printable(note).replace("\t", " ") for author, note in notes.items()}


def _values(  # noqa: PLR0911 - flat
    catalogue: Catalogue, notice: ApplicantNotice, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    note = notes.get(OVERALL, "").strip()
    match notice:
        case ReceiptNotice():
            services = _services(catalogue, notice.services, language)
            return {"service_title": services, "due_date": _day(catalogue, notice.due_at)}
        case AnswerNotice():
            return _answer(catalogue, notice, language, notes)
        case ExtensionNotice():
            return {
                "reason": label_of(catalogue.vocabularies.reasons, notice.reason, language),
                "note": note,
                "due_date": _day(catalogue, notice.due_at),
                "legal_basis": notice.legal_basis,
            }
        case InformationNotice():
            reason = notice.reason and label_of(catalogue.vocabularies.reasons, notice.reason, language)
            return {
                "agency_title": agency_title(catalogue, notice.agency_id, language),
                "request": "; ".join(part for part in (reason, note) if part),
                "due_date": _day(catalogue, notice.due_at),
            }
        case ForwardingNotice():
            return {
                "from_title": agency_title(catalogue, notice.from_agency, language),
                "to_title": agency_title(catalogue, notice.to_agency, language),
                "legal_basis": catalogue.terms.forwarding_basis,
            }
        case TermNotice():
            return {
                "previous_date": _day(catalogue, notice.previous_due_at),
                "due_date": _day(catalogue, notice.due_at),
                "legal_basis": notice.legal_basis,
            }
        case DelayNotice():
            return {
                "due_date": _day(catalogue, notice.due_at),
                "legal_basis": catalogue.terms.statutory_basis,
                "how_to_object": getattr(catalogue.vocabularies.how_to_object, language),
            }
        case ReviewNotice():
            return {
                "service_title": _services(catalogue, (notice.service,), language),
                "agency_title": agency_title(catalogue, notice.agency_id, language),
                "due_date": _day(catalogue, notice.due_at) if notice.due_at is not None else "",
            }


def _day(catalogue: Catalogue, instant: Instant) -> str:
    return f"{instant.astimezone(catalogue.calendar.zone):%d.%m.%Y}"


def _answer(
    catalogue: Catalogue, notice: AnswerNotice, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    values = answer_values(catalogue, notice, language, notes)
    template = catalogue.answer_template(notice.service, notice.outcome)
    values["answer"] = answer_text(template, language, values)
    reasons = [values["reasons"], *values["notes"].splitlines()]
    values["reasons"] = "; ".join(reason for reason in reasons if reason) or NO_REASON
    return values


def answer_values(
    catalogue: Catalogue, notice: AnswerNotice, language: Language, notes: Mapping[str, str]
) -> dict[str, str]:
    """The fields of an answer's text (`catalogue.answers.FIELDS`); `notes` as in `render_notice`."""
    answered_at = notice.answered_at
    reasons = "; ".join(
        label_of(catalogue.vocabularies.reasons, code, language) for code in reasons_given(notice)
    )
    written = list(dict.fromkeys(note.strip() for note in notes.values() if note.strip()))
    return {
        "tracking_number": ", ".join(notice.tracking_numbers),
        "service_title": _services(catalogue, (notice.service,), language),
        "outcome": label_of(catalogue.vocabularies.outcomes, notice.outcome, language),
        # An agency that gives no code gives its reason in its own words.
        "reasons": reasons or "; ".join(written),
        "notes": "\n".join(written) if reasons else "",
        "legal_basis": notice.legal_basis,
        "agency_title": agency_title(catalogue, notice.lead_agency, language),
        "answered_on": _day(catalogue, answered_at) if answered_at else "",
        "how_to_object": getattr(catalogue.vocabularies.how_to_object, language),
    }


def agency_title(catalogue: Catalogue, agency_id: AgencyId, language: Language) -> str:
    """The title of an agency; its id where the catalogue no longer has it."""
    agency = catalogue.agencies.get(agency_id)
    return str(getattr(agency.title, language)) if agency else agency_id


def _services(catalogue: Catalogue, services: Sequence[Code], language: Language) -> str:
    return "; ".join(_titles(catalogue, services, language))


def _titles(catalogue: Catalogue, services: Sequence[Code], language: Language) -> list[str]:
    titles = [
        catalogue.passports[code].title if code in catalogue.passports else NO_SERVICE for code in services
    ]
    return list(dict.fromkeys(getattr(title, language) for title in titles or [NO_SERVICE]))


def reasons_given(notice: AnswerNotice) -> tuple[Code, ...]:
    """The reason codes of an answer: of whoever ended the track, then of each step, each once."""
    codes = (notice.reason_code, *(result.reason_code for result in notice.results))
    given = tuple(dict.fromkeys(code for code in codes if code))
    return tuple(code for code in given if code not in CONSEQUENT) or given


def label_of(vocabulary: Mapping[Code, Text], code: Code, language: Language) -> str:
    """The label of a code; the code itself where there is none."""
    return str(getattr(vocabulary[code], language)) if code in vocabulary else code
