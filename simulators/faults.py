"""How a simulated HTTP system misbehaves: its settings, and the middleware that applies them."""

import asyncio
import random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

LYING_PAGE = (
    "<!DOCTYPE html><html><head><title>Texniki işlər</title></head><body>Texniki işlər aparılır</body></html>"
)
_UNTOUCHED = ("/_", "/healthz", "/readyz", "/metrics")


class HttpBehaviour(BaseModel):
    """`latency_ms` is (least, most); the rates are probabilities per request.

    `outage` answers 503. `blackhole` takes the connection and never answers. `timeout_after_accept` commits
    what was sent and never answers. `html_errors` answers a page with status 200 and commits nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_ms: tuple[float, float] = (1, 10)
    outage: bool = False
    blackhole: bool = False
    timeout_after_accept: float = Field(default=0.0, ge=0, le=1)
    error_rate: float = Field(default=0.0, ge=0, le=1)
    html_errors: float = Field(default=0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _least_before_most(self) -> Self:
        least, most = self.latency_ms
        if not 0 <= least <= most:
            raise ValueError("latency_ms must be [least, most] with 0 <= least <= most")
        return self

    @property
    def down(self) -> bool:
        """Whether the whole system is down; it then sends nothing either."""
        return self.outage or self.blackhole


def draw(seed: str, *what: object) -> random.Random:
    """Random numbers for `what`: the same for the same seed, in any order of events."""
    return random.Random("/".join((seed, *map(str, what))))  # a text seeds by its SHA-512


class Faults:
    """The current behaviour settings, and the requests that wait for them to change."""

    def __init__(self, behaviour: HttpBehaviour, seed: str) -> None:
        self.behaviour = behaviour
        self.seed = seed
        self._changed = asyncio.Event()
        self._stopped = False

    def change(self, behaviour: HttpBehaviour) -> None:
        """Set the behaviour settings, and wake those that wait for a change."""
        self.behaviour = behaviour
        self._wake()

    async def stop_with(self, stop: asyncio.Event) -> None:
        """Once `stop` is set, release every hanging request: the process ends."""
        await stop.wait()
        self._stopped = True
        self._wake()

    async def wait_until_up(self) -> None:
        """Return as soon as the system is up; at once where it is."""
        while self.behaviour.down and not self._stopped:
            await self._changed.wait()

    async def hang(self, receive: Receive, while_blackhole: bool = False) -> None:
        """Answer nothing until the caller leaves, the process stops, or the blackhole ends."""
        gone = asyncio.create_task(_disconnected(receive))
        try:
            while not (self._stopped or gone.done() or (while_blackhole and not self.behaviour.blackhole)):
                changed = asyncio.create_task(self._changed.wait())
                await asyncio.wait({gone, changed}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
        finally:
            gone.cancel()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class FaultLayer:
    """ASGI middleware: applies the settings to a request before the application sees it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(_UNTOUCHED):
            return await self._app(scope, receive, send)
        self._requests += 1
        behaviour = self._faults.behaviour
        chance = draw(self._faults.seed, "request", self._requests)
        await asyncio.sleep(chance.uniform(*behaviour.latency_ms) / 1000)
        if behaviour.blackhole:
            await self._faults.hang(receive, while_blackhole=True)
            return await _unavailable()(scope, receive, send)
        answer = _faulty_answer(self._faults.behaviour, chance)
        return await (answer or self._app)(scope, receive, send)


def _faulty_answer(behaviour: HttpBehaviour, chance: random.Random) -> Response | None:
    if behaviour.down:
        return _unavailable()
    if chance.random() < behaviour.error_rate:
        return JSONResponse({"error": "internal"}, 500)
    if chance.random() < behaviour.html_errors:
        return HTMLResponse(LYING_PAGE)
    return None


def _unavailable() -> Response:
    return JSONResponse({"error": "unavailable"}, 503, {"Retry-After": "1"})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
