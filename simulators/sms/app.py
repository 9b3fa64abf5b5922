"""The gateway: takes each message once by its client reference, and shows those it took."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp

from simulators.clock import BusinessClock
from simulators.control import add_controls
from simulators.faults import FaultLayer, Faults, draw
from simulators.journal import Journal
from simulators.serving import add_probes

_NAMESPACE = UUID("b1d2ce2a-6a2f-5b7d-8d65-0f0c8b6a9e10")


class TextMessage(BaseModel):
    """An SMS: `to` in E.164; the sender never gives a `client_reference` to another message."""

    model_config = ConfigDict(frozen=True)

    to: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$")
    text: str = Field(min_length=1, max_length=1600)
    client_reference: str = Field(min_length=1, max_length=200)


class Gateway:
    """Keeps the messages in a journal; a repeated reference gets the answer of the first."""

    def __init__(self, journal: Journal, clock: BusinessClock) -> None:
        self._journal = journal
        self._clock = clock
        self._taken = {entry["client_reference"]: entry for entry in journal.since(0, journal.last_id)}

    def take(self, message: TextMessage) -> tuple[dict[str, Any], bool]:
        """The entry of the message, and whether it is new."""
        known = self._taken.get(message.client_reference)
        if known is not None:
            return known, False
        real = datetime.now(UTC)
        entry = self._journal.append(
            {
                "message_id": str(uuid5(_NAMESPACE, message.client_reference)),
                "at": real.isoformat(timespec="milliseconds"),
                "business_at": self._clock.at(real).isoformat(timespec="milliseconds"),
                **message.model_dump(),
            }
        )
        self._taken[message.client_reference] = entry
        return entry, True

    def find(self, client_reference: str) -> dict[str, Any] | None:
        """The entry with this reference."""
        return self._taken.get(client_reference)

    def since(self, last: int, limit: int) -> list[dict[str, Any]]:
        """The messages after number `last`, in order."""
        return self._journal.since(last, limit)


def create_app(gateway: Gateway, faults: Faults, token: str) -> ASGIApp:
    """The gateway's HTTP interface, behind the middleware that applies its behaviour settings."""
    app = FastAPI(title="Simulated SMS provider", docs_url=None, redoc_url=None)
    add_probes(app)
    add_controls(app, faults)
    authenticated = Depends(_bearer(token))

    @app.post("/messages", status_code=201, dependencies=[authenticated])
    async def send(message: TextMessage, request: Request) -> JSONResponse:
        entry, new = gateway.take(message)
        if (
            new
            and draw(faults.seed, message.client_reference).random() < faults.behaviour.timeout_after_accept
        ):
            await faults.hang(request.receive)
        if (entry["to"], entry["text"]) != (message.to, message.text):
            return JSONResponse({"error": "client_reference_reused"}, 409)
        return JSONResponse(_answer(entry), 201 if new else 200)

    @app.get("/messages/{client_reference:path}", dependencies=[authenticated])
    async def look_up(client_reference: str) -> dict[str, Any]:
        entry = gateway.find(client_reference)
        if entry is None:
            raise HTTPException(404, "not_found")
        return _answer(entry)

    @app.get("/messages", dependencies=[authenticated])
    async def messages(
        since: int = Query(0, ge=0), limit: int = Query(1000, ge=1, le=10_000)
    ) -> dict[str, Any]:
        found = gateway.since(since, limit)
        return {"messages": found, "next": found[-1]["id"] if found else since}

    return FaultLayer(app, faults)


def _answer(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": entry["message_id"],
        "client_reference": entry["client_reference"],
        "status": "accepted",
    }


def _bearer(token: str) -> Callable[[str], None]:
    def authenticated(authorization: str = Header("")) -> None:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "unauthorised", {"WWW-Authenticate": "Bearer"})

    return authenticated
