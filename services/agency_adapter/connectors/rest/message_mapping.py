"""The `messages` section of a REST mapping: how to send a recall, and what the applicant provided later."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.agency_adapter.connectors.mapping import Section
from services.agency_adapter.connectors.rest.templates import MessageTemplate, sources_in

HttpStatuses = frozenset[Annotated[int, Field(ge=200, le=499)]]


class MessageRequest(Section):
    """How to send one kind of message: `method` to `path`, where `{reference}` is the agency's reference.

    The agency recognises a repeated message by its id, which travels in `id_header`, in `id_parameter` or in
    the request's body. The HTTP statuses in `accepted` mean that the agency has the message, now or before;
    those in `ended`, that it no longer works on the assignment; those in `unknown`, that it has no such
    assignment.
    """

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    id_header: str | None = None
    id_parameter: str | None = None
    body: dict[str, MessageTemplate] = Field(default_factory=dict)
    accepted: HttpStatuses = Field(default=frozenset({200, 201, 202, 204}), min_length=1)
    ended: HttpStatuses = frozenset()
    unknown: HttpStatuses = frozenset({404})

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sources = set(self.sources())
        if not (self.id_header or self.id_parameter or "message" in sources):
            raise ValueError(
                "the message's id travels nowhere: the agency could not recognise a repeated one"
            )
        if "{reference}" not in self.path and not sources & {"key", "reference"}:
            raise ValueError("neither path nor body names the assignment")
        statuses = [*self.accepted, *self.ended, *self.unknown]
        if len(statuses) > len(set(statuses)):
            raise ValueError("an HTTP status can mean one outcome only: accepted, ended or unknown")
        return self

    def sources(self) -> Iterator[str]:
        """The sources that the request's body names."""
        return sources_in(self.body)


class MessageMapping(Section):
    """The messages about an assignment that an agency takes; a kind that it does not take is left out."""

    recall: MessageRequest | None = None
    information: MessageRequest | None = None

    @model_validator(mode="after")
    def _text_in_information_only(self) -> Self:
        if self.information is not None and "text" not in self.information.sources():
            raise ValueError("`information` must send `text`, what the applicant provided")
        if self.recall is not None and "text" in self.recall.sources():
            raise ValueError("a recall has no `text`")
        return self
