"""What surrounds every request: trace, metrics, request log, body limit, and a last error handler."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import metrics, tracing
from kit.http_body import BodyLimit, LimitedBody
from kit.http_headers import TRACEPARENT
from kit.http_problems import ProblemResponse, from_unhandled, too_large

_log = structlog.get_logger()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES = frozenset({"/metrics", "/healthz", "/readyz"})


@dataclass
class _SentResponse:
    """What was sent so far; status 499 when the caller left before."""

    status: int = 499
    begun: bool = False


class Edge:
    """Wraps the application: no request leaves without a trace id, a metric, a log line and a response."""

    def __init__(
        self, app: ASGIApp, service: str, body_limit: BodyLimit, body_limits: Mapping[str, BodyLimit]
    ) -> None:
        self._app = app
        self._service = service
        self._limit = body_limit
        self._limits = [(compile_path(path)[0], limit) for path, limit in body_limits.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; anything but HTTP goes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming, started, sent = Headers(scope=scope).get(TRACEPARENT), perf_counter(), _SentResponse()
        with (
            metrics.HTTP_REQUESTS_IN_PROGRESS.labels(self._service).track_inprogress(),
            tracing.span("http.request", incoming, service=self._service) as traceparent,
        ):
            try:
                body = LimitedBody(scope, receive, self._limit_of(scope["path"]))
                await self._respond(scope, body, _noting(send, body, sent, traceparent), sent)
            finally:
                self._record(scope, sent.status, perf_counter() - started)

    def _limit_of(self, path: str) -> BodyLimit:
        return next((limit for pattern, limit in self._limits if pattern.match(path)), self._limit)

    async def _respond(self, scope: Scope, body: LimitedBody, send: Send, sent: _SentResponse) -> None:
        if body.declared_too_large:
            await ProblemResponse(too_large(body.limit))(scope, body.receive, send)
            return
        try:
            await self._app(scope, body.receive, send)
        except Exception as error:  # noqa: BLE001  the last resort: logged, and reported where still possible
            problem = from_unhandled(error)
            if not sent.begun:
                await ProblemResponse(problem)(scope, body.receive, send)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = _route(scope), scope["method"] if scope["method"] in _METHODS else "other"
        metrics.HTTP_REQUESTS.labels(self._service, method, route, str(status)).inc()
        metrics.HTTP_REQUEST_DURATION.labels(self._service, method, route).observe(seconds)
        level = _log.debug if route in _PROBES else _log.info
        level("http.request", method=method, route=route, status=status, duration_ms=round(seconds * 1000, 1))


def _noting(send: Send, body: LimitedBody, sent: _SentResponse, traceparent: str) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.begun, sent.status = True, message["status"]
            await body.discard()
            MutableHeaders(scope=message)[TRACEPARENT] = traceparent
        await send(message)

    return noting


def _route(scope: Scope) -> str:
    """The template of the route, prefixes included. Never the path: it may hold what is personal."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path", None) or "unmatched"
