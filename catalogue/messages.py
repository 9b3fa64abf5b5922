"""Messages to applicants: which fields each may use, and how it is filled in. Pure.

Templates are data that an operator writes, so they run in Jinja2's sandbox and may use known fields only.
"""

from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

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
        }
    ),
}
"""The fields of each message; all are texts in the applicant's language. A date is dd.mm.yyyy."""

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
)


class Message(Frozen):
    """A message ready to send; plain text."""

    subject: str | None
    body: str


def render(template: MessageTemplate, language: Language, values: Mapping[str, str]) -> Message:
    """Fill a template in. A subject is one line, whatever the values hold.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    subject = _fill(getattr(template.subject, language), values) if template.subject else None
    return Message(
        subject=" ".join(subject.split()) if subject is not None else None,
        body=_fill(getattr(template.body, language), values).strip(),
    )


def unknown_fields(event: MessageEvent, text: str) -> list[str]:
    """The placeholders of a template's text that its event does not offer.

    Raises:
        jinja2.TemplateSyntaxError: the text is no template.
    """
    return sorted(meta.find_undeclared_variables(_ENVIRONMENT.parse(text)) - FIELDS[event])


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _ENVIRONMENT.from_string(text).render(values)


__all__ = ["FIELDS", "Message", "TemplateSyntaxError", "render", "unknown_fields"]
