"""The text of an answer: its fields, how it is filled in, and the words of its document. Pure."""

from collections.abc import Mapping

from catalogue import templates
from schemas.appeals import Language
from schemas.frozen import Frozen
from schemas.passports import Text

FIELDS = frozenset(
    {
        "tracking_number",
        "service_title",
        "agency_title",
        "outcome",
        "reasons",
        "notes",
        "legal_basis",
        "answered_on",
        "how_to_object",
    }
)
"""All are texts in the applicant's language, and all are given; one that does not apply is empty.

`outcome` is the word of the vocabulary. `reasons` are those of the agencies that refused, `notes` what the
agencies wrote, one a line. `agency_title` is the lead agency's; `answered_on` is dd.mm.yyyy.
"""

NOT_ELIGIBLE_FIELDS = frozenset({"service_title", "category", "categories"})
"""The fields of the sentence that says who may ask: the category given, and those that may."""


class DocumentWords(Frozen):
    """The words of the answer as a document: its headings, and how a step ended, by status."""

    title: Text
    issuer: Text
    number: Text
    service: Text
    outcome: Text
    lead_agency: Text
    date: Text
    legal_basis: Text
    steps: Text
    agency: Text
    result: Text
    reason: Text
    fulfilled: Text
    refused: Text
    forwarded: Text
    cancelled: Text


def answer_text(template: Text, language: Language, values: Mapping[str, str]) -> str:
    """The answer to a track, as plain text in one language; `values` holds all of `FIELDS`.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    return templates.fill(getattr(template, language), values).strip()
