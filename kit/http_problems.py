"""Makes a problem (RFC 9457) of every error of a request: one place for all handlers."""

from email.message import Message

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from kit import tracing
from kit.errors import TransientError
from kit.http_headers import ALLOW, CONTENT_TYPE, RETRY_AFTER
from kit.problem import MEDIA_TYPE, Problem, from_validation
from kit.transient import is_transient

_log = structlog.get_logger()
_RETRY_SECONDS = "2"
_KINDS = {"application/json": "JSON", "application/x-ndjson": "JSON Lines"}


class ProblemResponse(JSONResponse):
    """A problem as a response, with the trace id to ask for help by."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem) -> None:
        document = problem.document(tracing.trace_id(tracing.current()))
        super().__init__(document, problem.status, problem.headers)


async def on_problem(_request: Request, error: Exception) -> Response:
    """A refusal of our own."""
    assert isinstance(error, Problem)
    return ProblemResponse(error)


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """A refusal of the framework: no such route, wrong method, body too large or unreadable."""
    assert isinstance(error, HTTPException)
    return ProblemResponse(from_http(error))


async def on_cut_off(_request: Request, _error: Exception) -> Response:
    """A body that ended before it was whole. Who sent it is gone; the log and the metrics are told."""
    return ProblemResponse(_cut_off())


async def on_validation_error(request: Request, error: Exception) -> Response:
    """A request that is not what the route takes."""
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(each["type"] == "json_invalid" for each in errors):
        reason = errors[0].get("ctx", {}).get("error", "it cannot be parsed")
        return ProblemResponse(malformed(reason, errors[0]["loc"][-1]))
    if any(each["loc"][0] == "body" for each in errors) and not is_json(request):
        return ProblemResponse(unsupported_media_type())
    return ProblemResponse(from_validation(errors))


def from_unhandled(error: Exception) -> Problem:
    """The problem for an error that no handler caught: a server is away, or a fault of ours. Logs it."""
    if isinstance(error, TransientError) or is_transient(error):
        _log.warning("http.unavailable", exc_info=error)
        return Problem(
            503,
            "unavailable",
            "A part of the service cannot be reached at the moment; nothing was accepted.",
            remedy="Send the same request again after the time in Retry-After.",
            headers={RETRY_AFTER: _RETRY_SECONDS},
        )
    _log.error("http.unhandled", exc_info=error)
    return Problem(
        500,
        "internal",
        "The request failed by a fault of the service.",
        remedy="Try again later; if it stays, report the trace_id.",
    )


def too_large(limit: int | None = None) -> Problem:
    """The body is longer than `limit` bytes."""
    rule = f"{limit} bytes" if limit else "this address takes"
    return Problem(
        413, "content_too_large", f"The body is larger than {rule}.", remedy="Send less in one request."
    )


def _cut_off() -> Problem:
    detail = "The connection ended before the whole body was received; nothing was accepted."
    return Problem(400, "content_cut_off", detail, remedy="Send it again.")


def _too_slow() -> Problem:
    detail = "The body was not received in time; nothing was accepted."
    return Problem(408, "content_too_slow", detail, remedy="Send it again over a faster connection.")


def unsupported_media_type(wanted: str = "application/json") -> Problem:
    """The body is not JSON, or not of the kind that is `wanted`."""
    return Problem(
        415,
        "unsupported_media_type",
        f"The body has to be {_KINDS.get(wanted, wanted)}.",
        remedy=f"Send it with the header Content-Type: {wanted}.",
        headers={"Accept": wanted},
    )


def from_http(error: HTTPException) -> Problem:
    """The problem for a refusal of the framework."""
    headers = dict(error.headers or {})
    match error.status_code:
        case 404:
            return Problem(404, "not_found", "There is nothing at this address.", headers=headers)
        case 405:
            allowed = headers.get(ALLOW, headers.get("allow", ""))
            detail = f"This address takes {allowed} only." if allowed else "This method is not taken here."
            return Problem(405, "method_not_allowed", detail, headers=headers)
        case 408:
            return _too_slow()
        case 413:
            return too_large()
        case 400 if error.__cause__ is not None:
            return _unread(error.__cause__)
        case status:
            code = {401: "unauthenticated", 403: "forbidden"}.get(status, f"http_{status}")
            return Problem(status, code, error.detail, headers=headers)


def _unread(cause: BaseException) -> Problem:
    """Why the framework could not read a body as JSON."""
    if isinstance(cause, ClientDisconnect):
        return _cut_off()
    if isinstance(cause, UnicodeDecodeError):
        return not_utf8(cause)
    return Problem(400, "malformed_json", "The body could not be read as JSON.", remedy="Send valid JSON.")


def not_utf8(error: UnicodeDecodeError, part: str = "body") -> Problem:
    """The body, or the `part` of it that was read, is not UTF-8."""
    where = f"The {part} is not UTF-8 at byte {error.start}."
    return Problem(400, "invalid_encoding", where, remedy="Send JSON in UTF-8.")


def malformed(reason: str, position: int) -> Problem:
    """The body is not JSON, for a `reason` that does not quote it; `position` in characters."""
    detail = f"The body is not valid JSON at character {position}: {reason}."
    return Problem(400, "malformed_json", detail, remedy="Send valid JSON in UTF-8.")


def is_json(request: Request) -> bool:
    """Whether the body says it is JSON; so also when there is none, which is an error of another kind."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return True
    parsed = Message()
    parsed[CONTENT_TYPE] = request.headers.get(CONTENT_TYPE, "text/plain")
    subtype = parsed.get_content_subtype()
    return parsed.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
