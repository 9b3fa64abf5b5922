"""HTTP as every service serves it: FastAPI on Granian in the running loop, problem+json, probes, metrics."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kit.errors import PermanentError
from kit.http_body import BodyLimit
from kit.http_edge import Edge
from kit.http_headers import CONTENT_TYPE, RETRY_AFTER
from kit.http_methods import DescribedMethods
from kit.http_openapi import answers, describe
from kit.http_problems import on_cut_off, on_http_exception, on_problem, on_validation_error
from kit.problem import Problem

BODY_LIMIT = 1024 * 1024
"""The longest request body in bytes, unless an application says otherwise."""

Ready = Callable[[], Awaitable[Mapping[str, bool]]]

_log = structlog.get_logger()
_READY_WITHIN = 5.0
_STOP_WITHIN = 5.0
_PROBES: list[str | Enum] = ["probes"]
_METRICS = ("text/plain", "application/openmetrics-text")
_GRANIAN_LOGS_TO_US = {"incremental": True, "handlers": {}, "formatters": {}, "loggers": {}}


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Every part is ready: the database, for example, by its name."""

    status: Literal["ready"] = "ready"
    parts: dict[str, bool]


def create_app(
    service: str,
    ready: Ready,
    *,
    body_limit: int = BODY_LIMIT,
    body_limits: Mapping[str, BodyLimit] = MappingProxyType({}),
    **fastapi_kwargs: Any,
) -> FastAPI:
    """An application with `/metrics`, `/healthz` (alive) and `/readyz`; every error is problem+json.

    `ready` says of each part that the service needs whether it is ready, by name; each `/readyz` asks it, and
    it has five seconds. `body_limit` is in bytes; `body_limits` says of single paths (as of a route, with
    `{names}`) which limit they have instead, and how long their bodies may take. A path takes the methods
    that are described there; an application that publishes no description (`openapi_url` is None) refuses
    others as it shows its own refusals. There is no lifespan: the caller composes.
    """
    defaults: dict[str, Any] = {"docs_url": None, "redoc_url": None, "redirect_slashes": False}
    app = FastAPI(title=service, responses=answers(), **defaults | fastapi_kwargs)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(ClientDisconnect, on_cut_off)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    if app.openapi_url is not None:
        app.add_middleware(DescribedMethods, describe=lambda: app.openapi())
    app.add_middleware(Edge, service=service, body_limit=BodyLimit(body_limit), body_limits=body_limits)
    _add_probes(app, ready)
    return describe(app)


def _add_probes(app: FastAPI, ready: Ready) -> None:
    @app.get("/healthz", operation_id="isAlive", summary="Say that the process is alive", tags=_PROBES)
    async def healthz() -> Alive:
        return Alive()

    @app.get(
        "/readyz",
        operation_id="isReady",
        summary="Say whether each part that is needed is ready",
        tags=_PROBES,
        responses=answers({503: ("not_ready", "unavailable")}),
    )
    async def readyz() -> Readiness:
        async with asyncio.timeout(_READY_WITHIN):
            parts = dict(await ready())
        if missing := sorted(part for part, there in parts.items() if not there):
            raise _not_ready(missing)
        return Readiness(parts=parts)

    @app.get(
        "/metrics",
        operation_id="readMetrics",
        summary="Read the metrics, as Prometheus does",
        tags=_PROBES,
        response_class=Response,
        responses={200: {"content": {kind: {"schema": {"type": "string"}} for kind in _METRICS}}},
    )
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(REGISTRY), headers={CONTENT_TYPE: content_type})


def _not_ready(missing: list[str]) -> Problem:
    return Problem(
        503,
        "not_ready",
        f"Not ready: {', '.join(missing)}.",
        errors=[{"part": part, "detail": f"{part} is not ready."} for part in missing],
        headers={RETRY_AFTER: "2"},
    )


async def serve(app: FastAPI, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve `app` until `stop` is set; requests under way have five seconds. Port 0 takes a free one.

    Raises:
        PermanentError: `address_unavailable`: another process listens there, or the address is not ours.
    """
    address, port = await _free_address(host, port)
    server = Server(
        app,
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,
        log_dictconfig=_GRANIAN_LOGS_TO_US,
    )
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    _log.info("http.listening", host=host, port=port)
    try:
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            await serving
            raise PermanentError("http_server_ended", f"The HTTP server on {host}:{port} ended by itself.")
    finally:
        stopping.cancel()
        server.stop()  # type: ignore[no-untyped-call]
        await _finish(serving)


async def _finish(serving: "asyncio.Task[None]") -> None:
    """Wait for the requests under way; a client that sends too slowly is cut off: it was promised nothing."""
    _, late = await asyncio.wait([serving], timeout=_STOP_WITHIN)
    if late:
        _log.warning("http.cut_off", after_s=_STOP_WITHIN)
        serving.cancel()
        await asyncio.wait([serving])
    else:
        serving.result()


async def _free_address(host: str, port: int) -> tuple[str, int]:
    """Bind once without sharing: Granian shares its port, so that a second process would not be noticed."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            bound = probe.getsockname()
            return str(bound[0]), int(bound[1])
    except OSError as error:
        raise PermanentError(
            "address_unavailable",
            f"Cannot serve HTTP on {host}:{port}: {error.strerror}.",
            remedy="Stop the process that listens there, or set VAHID_HTTP_HOST and VAHID_HTTP_PORT.",
        ) from error
