"""What a dialect is: how an agency's interface looks, and how the agency speaks."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict
from starlette.types import Receive

from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Message
from simulators.agency.store import Change, Taken

if TYPE_CHECKING:
    from simulators.agency.assignments import AssignmentBook


class Form(BaseModel):
    """A form of an agency. Fields it does not know are kept, so that the log names all it was sent."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def field_names(self) -> tuple[str, ...]:
        """The dotted names of all fields that were filled in."""
        return tuple(sorted(_names(self.model_dump(exclude_none=True, by_alias=True))))


class Dialect(Protocol):
    """One agency's interface. `first_state` is what its acceptance says."""

    agency: str
    habits: Habits
    first_state: State

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """The agency's own reference of its assignment `number`."""

    def change_item(self, change: Change) -> dict[str, Any]:
        """A change as it stands in the list of changes and in a webhook's body."""

    def error(self, code: str, message: str) -> dict[str, Any]:
        """The body of an answer that is an error."""

    def routes(self, book: "AssignmentBook", token: str) -> APIRouter:
        """The interface, guarded by `token`."""


def unauthorised(scheme: str) -> HTTPException:
    """The answer to missing or wrong credentials."""
    return HTTPException(401, "unauthorised", {"WWW-Authenticate": scheme})


def not_found() -> HTTPException:
    """The answer for what this agency does not know."""
    return HTTPException(404, "not_found")


async def hear(
    book: "AssignmentBook", message: Message, receive: Receive, closed: int = 409
) -> tuple[Taken, bool]:
    """Take a message; the assignment after it, and whether it was new.

    Raises:
        HTTPException: 404 for an assignment that the agency does not know, `closed` for one that has ended.
    """
    heard = await book.tell(message, receive)
    if heard.taken is None:
        raise not_found()
    if heard.outcome == "ended":
        raise HTTPException(closed, "closed")
    return heard.taken, heard.outcome == "told"


def _names(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _names(inner, f"{prefix}{name}.")
        elif inner not in ("", None):
            yield f"{prefix}{name}"
