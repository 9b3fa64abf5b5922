"""Messages to applicants and officials: the fields of each, and how it is filled in. Pure.

They are templates (`catalogue.templates`) with the fields below.
"""

from collections.abc import Mapping

from catalogue import templates
from catalogue.model import MessageEvent, MessageTemplate
from kit.printable import printable, printable_line
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


LONGEST_SUBJECT = 200
"""Characters. In UTF-8 and folded it stays far below the 998 octets of a line (RFC 5322, 2.1.1)."""
LONGEST_SMS = 670
"""UTF-16 code units: ten parts of 67, as many as gateways join. Azerbaijani letters need UCS-2."""


class Message(Frozen):
    """A message ready to send; plain text."""

    subject: str | None
    body: str


def render(
    template: MessageTemplate,
    language: Language,
    values: Mapping[str, str],
    brief: Mapping[str, str] | None = None,
) -> Message:
    """Fill a template in, within the limits of its channel.

    What is short by nature (a subject, an SMS) is filled in with the `brief` values, where there are any, and
    cut at its limit. A subject is one printable line, whatever the values are.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    brief = {**values, **(brief or {})}
    is_sms = template.channel == "sms"
    body = printable(templates.fill(getattr(template.body, language), brief if is_sms else values).strip())
    if template.subject is None:
        return Message(subject=None, body=cut(body, LONGEST_SMS) if is_sms else body)
    subject = printable_line(" ".join(templates.fill(getattr(template.subject, language), brief).split()))
    return Message(subject=cut(subject, LONGEST_SUBJECT), body=body)


def cut(text: str, longest: int) -> str:
    """The text, with an ellipsis for what is beyond `longest` UTF-16 code units."""
    if _units(text) <= longest:
        return text
    kept = text[: longest - 1]
    while _units(kept) > longest - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
