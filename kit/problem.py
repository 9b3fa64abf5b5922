"""Errors over HTTP as problem details (RFC 9457): what is wrong, where, what to do. Never the value."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:vahid:problem:"


MOST_ERRORS = 20
"""Places that one answer names; the others are counted."""


class Problem(Exception):
    """A refusal with a stable `code`; raised anywhere below a handler, sent as problem+json.

    `errors` names single places, each with `detail` and one of `pointer` (JSON pointer into the body),
    `parameter`, `header`; of many the first `MOST_ERRORS`, and `left_out` counts the others. `detail` and
    `errors` state the rule, not what was sent: that may be personal.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        remedy: str = "",
        errors: list[dict[str, Any]] | None = None,
        left_out: int = 0,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.errors = (errors or [])[:MOST_ERRORS]
        self.left_out = left_out + len(errors or ()) - len(self.errors)
        self.headers = headers or {}

    def document(self, trace_id: str | None = None) -> dict[str, Any]:
        """The problem details object; absent members are left out."""
        members = ProblemDocument(
            type=TYPE + self.code,
            title=self.code.replace("_", " ").capitalize(),
            status=self.status,
            detail=self.detail,
            remedy=self.remedy or None,
            errors=self.errors or None,
            errors_left_out=self.left_out or None,
            trace_id=trace_id,
        )
        return members.model_dump(exclude_none=True)


class ProblemDocument(BaseModel):
    """Problem details (RFC 9457) with the extensions of Vahid."""

    type: str = Field(
        pattern=r"^urn:vahid:problem:[a-z0-9_.]+$", description="urn:vahid:problem:<code>; the code is stable"
    )
    title: str
    status: int
    detail: str
    remedy: str | None = Field(default=None, description="what to do about it")
    errors: list[dict[str, Any]] | None = Field(
        default=None, max_length=MOST_ERRORS, description="single places in the request"
    )
    errors_left_out: int | None = Field(default=None, description="how many more places are wrong")
    trace_id: str | None = Field(default=None, description="quote this when you ask for help")


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What Pydantic found wrong with a request, place by place."""
    return Problem(
        422,
        "invalid_request",
        f"{len(errors)} {'place' if len(errors) == 1 else 'places'} in the request did not pass validation.",
        remedy="Correct what `errors` names and send the request again.",
        errors=[
            {**_place(error["loc"]), "detail": _message(error), "code": error["type"]}
            for error in errors[:MOST_ERRORS]
        ],
        left_out=max(0, len(errors) - MOST_ERRORS),
    )


def _place(location: Sequence[str | int]) -> dict[str, str]:
    where, *path = location
    if where == "body":
        return {"pointer": "#" + "".join(f"/{_escaped(part)}" for part in path)}
    name = ".".join(str(part) for part in path)
    return {"header": name} if where == "header" else {"parameter": name}


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _message(error: Mapping[str, Any]) -> str:
    """Pydantic's sentence, unless it quotes what was sent, or may."""
    message = str(error["msg"]).removeprefix("Value error, ")
    sent = error.get("input")
    quoted = isinstance(sent, str | int | float) and str(sent) in message
    return "The value is not valid." if quoted or error["type"] in _QUOTING else message


_QUOTING = frozenset({"union_tag_invalid", "uuid_parsing", "url_parsing"})
