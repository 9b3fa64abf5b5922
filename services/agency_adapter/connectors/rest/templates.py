"""Templates of request bodies: leaves name sources, and dates are written as the agency writes them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from schemas.appeals import AppealContent
from services.agency_adapter.connectors import date_formats
from services.agency_adapter.connectors.mapping import Section

ASSIGNMENT_SOURCES = frozenset({"key", "service", "due_at", "callback_url"})
"""What the template of an assignment can name, beside the fields of the appeal."""

MESSAGE_SOURCES = frozenset({"message", "key", "reference", "at", "text"})
"""What the template of a message can name: its own id, our key and the agency's reference of the assignment,
the time, and the text."""

_PERSONS: dict[str, type[AppealContent.Person]] = {
    "applicant": AppealContent.Person,
    "representative": AppealContent.Representative,
}


def _known_format(text: str) -> str:
    if not date_formats.is_format(text):
        raise ValueError(f"{text} is neither iso nor epoch_ms nor epoch_s nor a strftime pattern")
    return text


def _assignment_source(path: str) -> str:
    if path in ASSIGNMENT_SOURCES:
        return path
    first, *rest = path.split(".")
    person = _PERSONS.get(first)
    if person is not None and (not rest or (len(rest) == 1 and rest[0] in person.model_fields)):
        return path
    plain = first in AppealContent.model_fields and person is None
    if plain and len(rest) <= (1 if first == "details" else 0):
        return path
    raise ValueError(f"no such field of an assignment: {path}")


def _message_source(name: str) -> str:
    if name not in MESSAGE_SOURCES:
        raise ValueError(f"no such field of a message: {name}")
    return name


DateFormat = Annotated[str, AfterValidator(_known_format)]
AssignmentSource = Annotated[str, AfterValidator(_assignment_source)]
MessageSource = Annotated[str, AfterValidator(_message_source)]


class DatedField(Section):
    """A source that is a day or an instant, with the format in which the agency writes it."""

    source: str = Field(alias="from")
    written: DateFormat = Field(alias="as")


class AssignmentDate(DatedField):
    """A day or an instant of an assignment."""

    source: AssignmentSource = Field(alias="from")


class MessageDate(DatedField):
    """The time of a message."""

    source: MessageSource = Field(alias="from")


class Fixed(Section):
    """A field that always holds the same code or number of the agency."""

    fixed: str | int


def _tag(value: object) -> str:
    if isinstance(value, Mapping):
        return "dated" if "from" in value else "fixed" if "fixed" in value else "object"
    if isinstance(value, DatedField):
        return "dated"
    return "fixed" if isinstance(value, Fixed) else "source"


if TYPE_CHECKING:
    AssignmentTemplate = str | AssignmentDate | Fixed | dict[str, "AssignmentTemplate"]
    MessageTemplate = str | MessageDate | Fixed | dict[str, "MessageTemplate"]
else:
    AssignmentTemplate = TypeAliasType(
        "AssignmentTemplate",
        Annotated[
            Annotated[AssignmentSource, Tag("source")]
            | Annotated[AssignmentDate, Tag("dated")]
            | Annotated[Fixed, Tag("fixed")]
            | Annotated[dict[str, "AssignmentTemplate"], Tag("object")],
            Discriminator(_tag),
        ],
    )
    MessageTemplate = TypeAliasType(
        "MessageTemplate",
        Annotated[
            Annotated[MessageSource, Tag("source")]
            | Annotated[MessageDate, Tag("dated")]
            | Annotated[Fixed, Tag("fixed")]
            | Annotated[dict[str, "MessageTemplate"], Tag("object")],
            Discriminator(_tag),
        ],
    )

Template = AssignmentTemplate | MessageTemplate
"""The body of a request. A source that is absent or not disclosed is left out."""


def sources_in(template: "MessageTemplate") -> Iterator[str]:
    """The sources that a message's template names."""
    if isinstance(template, dict):
        for inner in template.values():
            yield from sources_in(inner)
    elif isinstance(template, MessageDate):
        yield template.source
    elif isinstance(template, str):
        yield template
