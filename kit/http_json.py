"""The body of a request as JSON: read by a handler when it has found who calls, and not before."""

from typing import Any

from starlette.requests import Request

from kit.foreign_json import ForeignJsonError, read_json
from kit.http_problems import is_json, malformed, not_utf8, unsupported_media_type
from kit.problem import Problem, from_validation


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body.

    Raises:
        Problem: 415 not JSON by its header, 400 `invalid_encoding` or `malformed_json`, 422 no object.
    """
    if not is_json(request):
        raise unsupported_media_type()
    content = await request.body()
    if not content:
        raise _no_object("missing", "Field required")
    found = parsed(content)
    if not isinstance(found, dict):
        raise _no_object("dict_type", "Input should be a valid dictionary")
    return found


def parsed(content: bytes) -> Any:
    """The JSON document in `content`.

    Raises:
        Problem: 400 `invalid_encoding` or `malformed_json`.
    """
    try:
        return read_json(content)
    except UnicodeDecodeError as error:
        raise not_utf8(error) from None
    except ForeignJsonError as error:
        raise malformed(error.reason, error.position) from None


def _no_object(kind: str, message: str) -> Problem:
    return from_validation([{"loc": ("body",), "type": kind, "msg": message}])
