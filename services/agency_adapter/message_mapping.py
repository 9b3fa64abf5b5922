"""How an agency is told of a recall, and of what the applicant gave later: `messages` in its mapping."""

from collections.abc import Iterator
from collections.abc import Mapping as Document
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from services.agency_adapter.mapping_parts import Dated, Fixed, Strict

SOURCES = frozenset({"message", "key", "reference", "at", "text"})
"""What a message can say: its own id, our key and the agency's reference of the assignment, when, and what."""


def _known_source(name: str) -> str:
    if name not in SOURCES:
        raise ValueError(f"no such field of a message: {name}")
    return name


SourceName = Annotated[str, AfterValidator(_known_source)]


class MessageDate(Dated):
    """When it was told, as this agency writes it."""

    source: SourceName = Field(alias="from")


def _kind_of_template(value: object) -> str:
    if isinstance(value, Document):
        return "dated" if "from" in value else "fixed" if "fixed" in value else "object"
    if isinstance(value, MessageDate):
        return "dated"
    return "fixed" if isinstance(value, Fixed) else "source"


if TYPE_CHECKING:
    MessageTemplate = str | MessageDate | Fixed | dict[str, "MessageTemplate"]
else:
    MessageTemplate = TypeAliasType(
        "MessageTemplate",
        Annotated[
            Annotated[SourceName, Tag("source")]
            | Annotated[MessageDate, Tag("dated")]
            | Annotated[Fixed, Tag("fixed")]
            | Annotated[dict[str, "MessageTemplate"], Tag("object")],
            Discriminator(_kind_of_template),
        ],
    )
"""The agency of such a request: leaves name a source, or say the same always."""

Statuses = frozenset[Annotated[int, Field(ge=200, le=499)]]


class Telling(Strict):
    """How one kind of message is sent: `method` to `path`, where `{reference}` stands for the agency's own.

    By the message's id the agency knows a repeated one: it travels in `id_header`, in `id_parameter` or in
    the request's body. The HTTP statuses in `told` say that it was taken, now or before; those in `ended`
    that the agency does not work on the assignment any more; those in `unknown` that it has no such
    assignment.
    """

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    id_header: str | None = None
    id_parameter: str | None = None
    body: dict[str, MessageTemplate] = Field(default_factory=dict)
    told: Statuses = Field(default=frozenset({200, 201, 202, 204}), min_length=1)
    ended: Statuses = frozenset()
    unknown: Statuses = frozenset({404})

    @model_validator(mode="after")
    def _whole(self) -> Self:
        said = set(self.sources())
        if not (self.id_header or self.id_parameter or "message" in said):
            raise ValueError("the message's id travels nowhere: an agency could not know a repeated one")
        if "{reference}" not in self.path and not said & {"key", "reference"}:
            raise ValueError("neither path nor agency says which assignment is meant")
        statuses = [*self.told, *self.ended, *self.unknown]
        if len(statuses) > len(set(statuses)):
            raise ValueError("an HTTP status can say one thing only: told, ended or unknown")
        return self

    def sources(self) -> Iterator[str]:
        """The sources that the request's body names."""
        return _sources(self.body)


def _sources(template: MessageTemplate) -> Iterator[str]:
    if isinstance(template, dict):
        for inner in template.values():
            yield from _sources(inner)
    elif isinstance(template, MessageDate):
        yield template.source
    elif isinstance(template, str):
        yield template


class MessageMapping(Strict):
    """What an agency can be told about an assignment after it was sent; what it has no place for is left out."""

    recall: Telling | None = None
    information: Telling | None = None

    @model_validator(mode="after")
    def _says_what_was_given(self) -> Self:
        if self.information is not None and "text" not in self.information.sources():
            raise ValueError("`information` must send `text`, what the applicant gave")
        if self.recall is not None and "text" in self.recall.sources():
            raise ValueError("a recall has no `text`")
        return self
