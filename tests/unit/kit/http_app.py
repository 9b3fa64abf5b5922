"""An application as a service would compose it, for the tests of `kit.http`."""

import asyncio

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel

from kit import tracing
from kit.http import create_app
from kit.http_body import BodyLimit
from kit.problem import Problem

parts = {"database": True, "kafka": True}


class Person(BaseModel):
    """A body with something personal in it."""

    fin: str
    age: int


async def _ready() -> dict[str, bool]:
    return parts


router = APIRouter(prefix="/v1")


@router.post("/people/{place}", status_code=201)
async def create(place: str, person: Person) -> dict[str, str | None]:
    """Take a person."""
    return {"traceparent": tracing.current()}


@router.post("/raw")
async def raw(request: Request) -> int:
    """Take anything."""
    return len(await request.body())


@router.post("/people/{place}/pictures")
async def picture(place: str, request: Request) -> int:
    """Take something longer."""
    return len(await request.body())


@router.get("/refused")
async def refused() -> None:
    """Refuse."""
    raise Problem(409, "key_reused", "The key was used.", headers={"X-Key": "k"})


@router.get("/faulty")
async def faulty() -> None:
    """Fail by a fault of ours."""
    raise KeyError("Ayten Mammadova")


@router.get("/away")
async def away() -> None:
    """Fail as the database does when it is away."""
    raise ConnectionRefusedError(111, "Connection refused")


@router.get("/slow")
async def slow() -> str:
    """Answer after a while."""
    await asyncio.sleep(0.5)
    return "done"


def application() -> FastAPI:
    """The application."""
    limits = {"/v1/people/{place}/pictures": BodyLimit(5000), "/v1/raw": BodyLimit(1000, seconds=0.5)}
    app = create_app("people", _ready, body_limit=1000, body_limits=limits)
    app.include_router(router)
    return app
