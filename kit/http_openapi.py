"""What the OpenAPI document states of every route: each status that it answers, with its codes and headers.

A route lists its refusals as tables of status and codes (`Refusals`); `answers` makes OpenAPI of them. What
every route can answer is in `EVERY`; `describe` completes the document of a whole application.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kit.http_headers import (
    IDEMPOTENT_REPLAYED,
    LOCATION,
    RETRY_AFTER,
    TRACEPARENT,
    WWW_AUTHENTICATE,
)
from kit.problem import MEDIA_TYPE, TYPE, ProblemDocument

Refusals = Mapping[int, tuple[str, ...]]
"""The codes of problems by the status that they come with."""

EVERY: Final[Refusals] = {413: ("content_too_large",), 500: ("internal",)}
"""The length of a body is looked at before its route is."""
IN_A_PATH: Final[Refusals] = {404: ("not_found",)}
"""Of a route with parameters in its path: a value that is empty, or holds a slash, is another address."""
READS_A_BODY: Final[Refusals] = {400: ("content_cut_off",), 408: ("content_too_slow",)}
READS_JSON: Final[Refusals] = {
    400: ("content_cut_off", "invalid_encoding", "malformed_json"),
    408: ("content_too_slow",),
    415: ("unsupported_media_type",),
    422: ("invalid_request",),
}
NEEDS_SERVERS: Final[Refusals] = {503: ("unavailable",)}
"""Of a route that needs the database, or another server that can be away."""
NEEDS_A_KEY: Final[Refusals] = {401: ("unauthenticated",), 403: ("forbidden",)}

API_KEY: Final = "api_key"
WEBHOOK_SIGNATURE: Final = "webhook_signature"
SECURITY_SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    API_KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "vahid_<id>_<secret>",
        "description": "A key of a channel, with the scope of that channel.",
    },
    WEBHOOK_SIGNATURE: {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks: `v1,` and the HMAC-SHA256 (base64) of `<webhook-id>."
        "<webhook-timestamp>.<body>` under the agency's secret.",
    },
}

_TITLES = {
    400: "The request cannot be read.",
    401: "It is not known who calls.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    408: "The body was not here in time.",
    409: "What is asked contradicts what was accepted before.",
    410: "What is asked for was destroyed.",
    413: "The body is too large.",
    415: "The body is of another kind than this route takes.",
    422: "The request breaks a rule; `errors` says which, place by place.",
    429: "Too many requests.",
    500: "A fault of the service.",
    502: "The caller's own system, which was asked about the request, gave no usable response.",
    503: "The service cannot do it now; send the same request again later.",
}
_TEXT: Final[Mapping[str, str]] = {"type": "string"}
_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Accept": {"description": "What is taken instead.", "required": True, "schema": _TEXT},
    IDEMPOTENT_REPLAYED: {
        "description": "There when this is the response to an earlier request of the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    LOCATION: {
        "description": "Where what was accepted can be read.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    RETRY_AFTER: {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    TRACEPARENT: {
        "description": "The trace of the request (W3C Trace Context).",
        "required": True,
        "schema": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    },
    WWW_AUTHENTICATE: {"description": "How to authenticate.", "required": True, "schema": _TEXT},
}
_WITH_STATUS = {401: WWW_AUTHENTICATE, 415: "Accept", 429: RETRY_AFTER, 503: RETRY_AFTER}


def answers(*refusals: Refusals) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that has these refusals, beside those in `EVERY`."""
    merged: dict[int, set[str]] = {}
    for table in (EVERY, *refusals):
        for status, codes in table.items():
            merged.setdefault(status, set()).update(codes)
    return {status: _problem(status, merged[status]) for status in sorted(merged)}


def headers(*names: str) -> dict[str, dict[str, Any]]:
    """The headers of a response by name, with the one that every response has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, TRACEPARENT)}


def requires(scheme: str) -> list[dict[str, list[str]]]:
    """The `security` of a route that demands `scheme`."""
    return [{scheme: []}]


def describe(
    app: FastAPI,
    schemas: Mapping[str, Any] = MappingProxyType({}),
    paths: Mapping[str, Any] = MappingProxyType({}),
) -> FastAPI:
    """Let `app` describe itself completely: with problems, and `schemas` and `paths` of its own.

    FastAPI would name an error of its own (422) for each parameter: here a route names what it answers.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, routes=app.routes, description=_GENERAL
            )
            document["paths"] |= paths
            _complete(document, schemas)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


_GENERAL = (
    "Every error is a problem (RFC 9457) whose `type` ends in a stable code. Beside what a route lists, a "
    "method that it does not have is refused with 405 `method_not_allowed`, and an address where nothing is "
    "with 404 `not_found`."
)


def _problem(status: int, codes: Iterable[str]) -> dict[str, Any]:
    types = [TYPE + code for code in sorted(codes)]
    named = {"properties": {"type": {"enum": types}, "status": {"const": status}}}
    schema = {"allOf": [{"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}, named]}
    extra = [_WITH_STATUS[status]] if status in _WITH_STATUS else []
    return {
        "description": _TITLES[status],
        "headers": headers(*extra),
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _complete(document: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    shared = _SharedResponses()
    for operation in operations:
        found = operation["responses"]
        if "HTTPValidationError" in str(found.get("422")):
            del found["422"]
        operation["responses"] = {
            status: shared.reference(status, _with_trace(found[status])) for status in sorted(found)
        }
    components = document.setdefault("components", {})
    components["headers"] = {name: dict(header) for name, header in _HEADERS.items()}
    components["responses"] = shared.components
    own = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        own.pop(name, None)
    own.update({ProblemDocument.__name__: ProblemDocument.model_json_schema(), **schemas})
    used = {name for operation in operations for each in operation.get("security", ()) for name in each}
    if used:
        components["securitySchemes"] = {name: dict(SECURITY_SCHEMES[name]) for name in sorted(used)}


class _SharedResponses:
    """The problems of all routes: those that are alike stand once, as components."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}
        self._alike = Counter[str]()

    def reference(self, status: str, response: dict[str, Any]) -> dict[str, Any]:
        """What a route says of `response`: a reference to it where it is a problem."""
        if MEDIA_TYPE not in response.get("content", {}):
            return response
        known = (name for name, each in self.components.items() if each == response)
        name = next(known, None) or self._named(status)
        self.components[name] = response
        return {"$ref": f"#/components/responses/{name}"}

    def _named(self, status: str) -> str:
        self._alike[status] += 1
        return f"problem-{status}-{self._alike[status]}"


def _with_trace(response: dict[str, Any]) -> dict[str, Any]:
    return {**response, "headers": {**headers(), **response.get("headers", {})}}
