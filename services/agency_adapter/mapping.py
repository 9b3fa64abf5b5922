"""The mapping of one agency: how its REST interface names, writes and orders things. Data, checked at start.

It stands in the catalogue, in `agencies/<id>.yaml` under `connector:`.
"""

import re
from collections.abc import Mapping as Document
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from typing_extensions import TypeAliasType

from kit.errors import PermanentError
from schemas.agency_statuses import Status
from schemas.appeals import AppealContent
from schemas.frozen import AgencyId, Code
from services.agency_adapter.mapping_parts import Dated, DateFormat, Strict
from services.agency_adapter.message_mapping import MessageMapping

SOURCES = frozenset({"key", "service", "due_at", "callback_url"})
"""What a request template can name beside the fields of the appeal."""

WHOLE = "$"
"""The path of the list in an answer that is nothing but a list."""


_PERSONS: dict[str, type[AppealContent.Person]] = {
    "applicant": AppealContent.Person,
    "representative": AppealContent.Representative,
}


def _known_path(path: str) -> str:
    if path in SOURCES:
        return path
    first, *rest = path.split(".")
    person = _PERSONS.get(first)
    if person is not None and (not rest or (len(rest) == 1 and rest[0] in person.model_fields)):
        return path
    plain = first in AppealContent.model_fields and person is None
    if plain and len(rest) <= (1 if first == "details" else 0):
        return path
    raise ValueError(f"no such field of an assignment: {path}")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no such time zone: {name}") from error
    return name


def _compilable(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def _text_keys(value: object) -> object:
    return {str(key): inner for key, inner in value.items()} if isinstance(value, Document) else value


SourcePath = Annotated[str, AfterValidator(_known_path)]
AnswerPath = Annotated[str, Field(min_length=1)]
Shape = Annotated[str, AfterValidator(_compilable)]


class DatedField(Dated):
    """A field of the assignment that is a day or an instant."""

    source: SourcePath = Field(alias="from")


def _kind_of_template(value: object) -> str:
    if isinstance(value, Document):
        return "dated" if "from" in value else "object"
    return "dated" if isinstance(value, DatedField) else "path"


if TYPE_CHECKING:
    Template = str | DatedField | dict[str, "Template"]
else:
    Template = TypeAliasType(
        "Template",
        Annotated[
            Annotated[SourcePath, Tag("path")]
            | Annotated[DatedField, Tag("dated")]
            | Annotated[dict[str, "Template"], Tag("object")],
            Discriminator(_kind_of_template),
        ],
    )
"""A request body: leaves are paths into the assignment. What is absent or not disclosed is left out."""


class Auth(Strict):
    """How the agency knows us: a bearer token, a token in a header of its own, or HTTP Basic."""

    kind: Literal["bearer", "header", "basic"]
    header: str | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind == "header") != (self.header is not None):
            raise ValueError("`header` names the header, with kind header and with no other")
        return self


class AnswerPaths(Strict):
    """Where an answer about an assignment holds the agency's reference and its state."""

    reference: AnswerPath
    code: AnswerPath | None = None


class Duplicate(Strict):
    """The answer by which an agency says that it has the assignment already."""

    http_status: int
    reference: AnswerPath


class Submit(Strict):
    """How an assignment is sent: POST `path`, with the key in `key_header` where the agency wants one."""

    path: str
    key_header: str | None = None
    body: dict[str, Template] = Field(min_length=1)
    answer: AnswerPaths
    duplicate: Duplicate | None = None


class LookUp(Strict):
    """How an assignment is found by our key: GET `path` with the key in `parameter`.

    `items` is where a list of them is (`$`: the answer itself); without it the answer is the one assignment,
    and 404 says none.
    """

    path: str
    parameter: str
    items: AnswerPath | None = None
    answer: AnswerPaths


class KeyOf(Strict):
    """How our key is found by the agency's reference: GET `path`, which contains `{reference}`."""

    path: str = Field(pattern=r"\{reference\}")
    key: AnswerPath


class Poll(Strict):
    """How changes are fetched: GET `path` with the cursor and a limit.

    The changes are at `items` in the answer (`$`: they are the answer); the next cursor is at `next` in it,
    or at `next_of_item` in the last change.
    """

    path: str
    cursor_parameter: str
    first: str
    limit_parameter: str
    limit: int = Field(default=200, ge=1, le=1000)
    items: AnswerPath
    next: AnswerPath | None = None
    next_of_item: AnswerPath | None = None

    @model_validator(mode="after")
    def _one_cursor(self) -> Self:
        if (self.next is None) == (self.next_of_item is None):
            raise ValueError("give `next` or `next_of_item`, one of them")
        return self


class ChangePaths(Strict):
    """Where a change holds what it says."""

    id: AnswerPath
    reference: AnswerPath
    key: AnswerPath | None = None
    code: AnswerPath
    occurred_at: AnswerPath
    sequence: AnswerPath | None = None
    note: AnswerPath | None = None
    reason: AnswerPath | None = None
    forward_to: AnswerPath | None = None


class RestMapping(Strict):
    """An agency's REST interface, whole.

    `dates` is how the agency writes instants, local ones in `timezone`; `acknowledgement` is its code for an
    assignment taken on, where taking the assignment already says so; `statuses`, `reasons` and `agencies`
    translate its words. A word that is missing there is kept raw, counted, and changes no state. Without
    `messages` the agency cannot be told anything after an assignment was sent.
    """

    protocol: Literal["rest"]
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Baku"
    dates: DateFormat
    auth: Auth
    submit: Submit
    look_up: LookUp
    key_of: KeyOf | None = None
    poll: Poll
    change: ChangePaths
    messages: MessageMapping = MessageMapping()
    reference_shape: Shape
    status_id_shape: Shape
    statuses: Annotated[dict[str, Status], BeforeValidator(_text_keys)] = Field(min_length=1)
    acknowledgement: Annotated[str, BeforeValidator(str)] | None = None
    reasons: Annotated[dict[str, Code], BeforeValidator(_text_keys)] = Field(default_factory=dict)
    agencies: Annotated[dict[str, AgencyId], BeforeValidator(_text_keys)] = Field(default_factory=dict)
    assignments_per_second: float = Field(default=50, gt=0)
    assignments_at_once: int = Field(default=20, ge=1, le=200)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.change.key is None and self.key_of is None:
            raise ValueError("a change without `key` needs `key_of`, or early statuses find no assignment")
        if self.acknowledgement is not None and self.statuses.get(self.acknowledgement) != "acknowledged":
            raise ValueError("`acknowledgement` must be a code that `statuses` maps to acknowledged")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the agency's local times."""
        return ZoneInfo(self.timezone)


def check_mapping(agency_id: str, document: object) -> RestMapping:
    """The mapping in `document`, the `connector:` section of an agency.

    Raises:
        PermanentError: `mapping_invalid`, naming the agency and each field at fault.
    """
    try:
        return RestMapping.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(['connector', *map(str, fault['loc'])])}: {fault['msg']}" for fault in error.errors()
        )
        raise PermanentError(
            "mapping_invalid",
            f"the mapping of agency {agency_id} is not valid: {faults}.",
            remedy=f"Correct agencies/{agency_id}.yaml in the catalogue.",
        ) from None
