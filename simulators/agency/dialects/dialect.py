"""What a dialect is: the shape of an agency's interface, and what all dialects share."""

from collections.abc import Iterator
from typing import Any, Protocol

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict
from starlette.types import Receive

from simulators.agency.assignments import AgencyProfile, AssignmentBook
from simulators.agency.messages import Message
from simulators.agency.store.records import Assignment, Change


class Form(BaseModel):
    """A form of an agency. It keeps unknown fields, so that the log names every field that was sent."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def field_names(self) -> tuple[str, ...]:
        """The dotted names of all fields that were filled in."""
        return tuple(sorted(_names(self.model_dump(exclude_none=True, by_alias=True))))


class Dialect(AgencyProfile, Protocol):
    """One agency's interface over its assignments."""

    def change_item(self, change: Change) -> dict[str, Any]:
        """A change as the list of changes and a webhook's body show it."""

    def error(self, code: str, message: str) -> dict[str, Any]:
        """The body of an error response."""

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """The interface, guarded by `token`."""


def unauthorised(scheme: str) -> HTTPException:
    """The response to missing or wrong credentials."""
    return HTTPException(401, "unauthorised", {"WWW-Authenticate": scheme})


def not_found() -> HTTPException:
    """The response for what this agency does not know."""
    return HTTPException(404, "not_found")


async def take_message(
    book: AssignmentBook, message: Message, receive: Receive, closed: int = 409
) -> tuple[Assignment, bool]:
    """Take a message; return its assignment afterwards, and whether the message is new.

    Raises:
        HTTPException: 404 for an assignment that the agency does not know, `closed` for one that has ended.
    """
    result = await book.submit_message(message, receive)
    if result.assignment is None:
        raise not_found()
    if result.outcome == "ended":
        raise HTTPException(closed, "closed")
    return result.assignment, result.outcome == "accepted"


def _names(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _names(inner, f"{prefix}{name}.")
        elif inner not in ("", None):
            yield f"{prefix}{name}"
