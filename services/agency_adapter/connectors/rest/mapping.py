"""The mapping of a REST interface: its paths, field names, dates and codes. Data, checked at start."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.agency_adapter.connectors.mapping import ConnectorMapping, Section
from services.agency_adapter.connectors.rest.message_mapping import MessageMapping
from services.agency_adapter.connectors.rest.templates import AssignmentTemplate, DateFormat

WHOLE = "$"
"""The path of a list that is itself the whole response."""

ResponsePath = Annotated[str, Field(min_length=1)]


class Auth(Section):
    """How we authenticate: a bearer token, a token in a header of its own, or HTTP Basic."""

    kind: Literal["bearer", "header", "basic"]
    header: str | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind == "header") != (self.header is not None):
            raise ValueError("`header` names the header, with kind header and with no other")
        return self


class ResponsePaths(Section):
    """Where a response about an assignment holds the agency's reference and its status code."""

    reference: ResponsePath
    code: ResponsePath | None = None


class Duplicate(Section):
    """The response by which an agency says that it already has the assignment."""

    http_status: int
    reference: ResponsePath


class Submit(Section):
    """How to send an assignment: POST `path`, with the key in `key_header` where the agency wants one."""

    path: str
    key_header: str | None = None
    body: dict[str, AssignmentTemplate] = Field(min_length=1)
    response: ResponsePaths
    duplicate: Duplicate | None = None


class LookUp(Section):
    """How to find an assignment by our key: GET `path` with the key in `parameter`.

    `items` is the place of a list of assignments (`$`: the whole response). Without it, the response is one
    assignment, and 404 means none.
    """

    path: str
    parameter: str
    items: ResponsePath | None = None
    response: ResponsePaths


class KeyOf(Section):
    """How to find our key by the agency's reference: GET `path`, which contains `{reference}`."""

    path: str = Field(pattern=r"\{reference\}")
    key: ResponsePath


class Poll(Section):
    """How to fetch changes: GET `path` with the cursor and a limit.

    The changes are at `items` in the response (`$`: the whole response). The next cursor is at `next` in it,
    or at `next_of_item` in the last change.
    """

    path: str
    cursor_parameter: str
    first: str
    limit_parameter: str
    limit: int = Field(default=200, ge=1, le=1000)
    items: ResponsePath
    next: ResponsePath | None = None
    next_of_item: ResponsePath | None = None

    @model_validator(mode="after")
    def _one_cursor(self) -> Self:
        if (self.next is None) == (self.next_of_item is None):
            raise ValueError("give `next` or `next_of_item`, one of them")
        return self


class ChangePaths(Section):
    """Where a change holds its parts."""

    id: ResponsePath
    reference: ResponsePath
    key: ResponsePath | None = None
    code: ResponsePath
    occurred_at: ResponsePath
    sequence: ResponsePath | None = None
    note: ResponsePath | None = None
    reason: ResponsePath | None = None
    forward_to: ResponsePath | None = None


class RestMapping(ConnectorMapping):
    """The whole REST interface of an agency.

    `dates` is the format of the agency's instants. Without `messages`, the agency takes no message about an
    assignment that it has.
    """

    protocol: Literal["rest"]
    dates: DateFormat
    auth: Auth
    submit: Submit
    look_up: LookUp
    key_of: KeyOf | None = None
    poll: Poll
    change: ChangePaths
    messages: MessageMapping = MessageMapping()

    @model_validator(mode="after")
    def _finds_early_changes(self) -> Self:
        if self.change.key is None and self.key_of is None:
            raise ValueError("a change without `key` needs `key_of`, or early statuses find no assignment")
        return self
