"""Serve an application and its workers on one event loop, until SIGTERM or Ctrl-C."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI, Response
from granian.constants import Interfaces
from granian.server.embed import Server
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp

_GRACE_SECONDS = 5.0


def add_probes(app: FastAPI) -> None:
    """`/healthz`, `/readyz` and `/metrics`, which no behaviour setting touches."""

    @app.get("/healthz")
    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def log_event(event: str, **facts: object) -> None:
    """Write one JSON line to stderr."""
    sys.stderr.write(json.dumps({"event": event, **facts}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it is installed, and end the process.

    All is closed and written by then, so the interpreter is not shut down: Granian's own threads, which no
    call waits for, may still use it, and that would abort the process.
    """
    if find_spec("uvloop") is None:
        asyncio.run(main)
    else:
        import uvloop

        uvloop.run(main)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def serve(app: ASGIApp, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve `app` by HTTP until `stop` is set."""
    server = Server(
        app,
        host,
        port,
        interface=Interfaces.ASGINL,
        backpressure=2048,
        backlog=1024,
        log_enabled=False,
        websockets=False,
    )
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.stop()  # type: ignore[no-untyped-call]
    async with asyncio.timeout(_GRACE_SECONDS):
        await serving


async def run_until_stopped(stop: asyncio.Event, *parts: Coroutine[Any, Any, None]) -> None:
    """Run `parts` together until a signal sets `stop`; when one fails, stop all and raise its error."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    tasks = [asyncio.create_task(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
    for task in late:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
