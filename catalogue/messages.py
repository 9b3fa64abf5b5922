"""Messages to applicants and officials: the fields of each, and how it is filled in. Pure.

They are templates (`catalogue.templates`) with the fields below.
"""

from collections.abc import Mapping

from catalogue import templates
from catalogue.model import MessageEvent, MessageTemplate
from schemas.appeals import Language
from schemas.frozen import Frozen

FIELDS: Mapping[MessageEvent, frozenset[str]] = {
    "receipt": frozenset({"tracking_number", "service_title", "due_date"}),
    "answer": frozenset(
        {
            "tracking_number",
            "service_title",
            "outcome",
            "reasons",
            "legal_basis",
            "agency_title",
            "how_to_object",
            "answer",
        }
    ),
    "extension": frozenset({"tracking_number", "reason", "note", "due_date", "legal_basis"}),
    "information": frozenset({"tracking_number", "agency_title", "request", "due_date"}),
    "forwarding": frozenset({"tracking_number", "from_title", "to_title", "legal_basis"}),
    "objection": frozenset({"tracking_number", "service_title", "agency_title", "due_date"}),
    "term": frozenset({"tracking_number", "previous_date", "due_date", "legal_basis"}),
    "delay": frozenset({"tracking_number", "due_date", "legal_basis", "how_to_object"}),
    "deadline": frozenset({"recipient_title", "count", "lines"}),
}
"""The fields of each message; all are texts in the recipient's language. A date is dd.mm.yyyy.

`answer` is the whole text of the answer (`catalogue.answers`). `request` is what an agency asks for, `note`
what was written about an extension; either may be empty, as may the `due_date` of an objection. `lines` name
a deadline each, `count` is their number."""


class Message(Frozen):
    """A message ready to send; plain text."""

    subject: str | None
    body: str


def render(template: MessageTemplate, language: Language, values: Mapping[str, str]) -> Message:
    """Fill a template in. A subject is one line, whatever the values are.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    subject = templates.fill(getattr(template.subject, language), values) if template.subject else None
    return Message(
        subject=" ".join(subject.split()) if subject is not None else None,
        body=templates.fill(getattr(template.body, language), values).strip(),
    )
