"""The text of an answer: which fields it may use, and how it is filled in. Pure."""

from collections.abc import Mapping

from catalogue import templates
from catalogue.agreements import Agreement
from schemas.appeals import Language
from schemas.case_events import Outcome

FIELDS = frozenset(
    {
        "tracking_number",
        "service_title",
        "agency_title",
        "outcome",
        "reasons",
        "remarks",
        "legal_basis",
        "answered_on",
        "how_to_object",
    }
)
"""All are texts in the applicant's language, and all are given; one that does not apply is empty.

`outcome` is the word of the vocabulary; `reasons` those of the bodies that refused, and `remarks` what the
bodies wrote, one a line; `agency_title` is the lead agency; `answered_on` is dd.mm.yyyy.
"""

NOT_ELIGIBLE_FIELDS = frozenset({"service_title", "category", "categories"})
"""The fields of the sentence that tells who may ask for a service: the category given, and those that may."""


def answer_text(agreement: Agreement, outcome: Outcome, language: Language, values: Mapping[str, str]) -> str:
    """The answer to a track, as plain text in one language; `values` holds all of `FIELDS`.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    return templates.fill(getattr(agreement.answers[outcome], language), values).strip()
