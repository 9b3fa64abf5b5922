"""A session with an intake that answers, refuses early, is silent, or lies behind a proxy."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bulk.intake_client import submit_appeal
from bulk.intake_session import TRANSIENT, IntakeSession, Unanswered, intake_session
from kit.errors import PermanentError, TransientError

PATH = "/v1/appeals"
LARGE = 64 * 1024 * 1024


@asynccontextmanager
async def intake(handler: Any, *, seconds: float = 30) -> AsyncIterator[IntakeSession]:
    """A session with a server that has all requests handled by `handler`."""
    app = web.Application(client_max_size=2 * LARGE)
    app.router.add_route("*", "/{path:.*}", handler)
    async with (
        TestServer(app) as server,
        intake_session(str(server.make_url("")), seconds=seconds) as session,
    ):
        yield session


async def parts(*sent: bytes, end: Exception | None = None) -> AsyncIterator[bytes]:
    for part in sent:
        yield part
    if end:
        raise end


async def test_what_is_sent_in_parts_arrives_whole_and_the_answer_is_read_whole() -> None:
    async def handler(request: web.Request) -> web.Response:
        content = await request.read()
        return web.json_response(
            {"size": len(content), "document": request.query["document"], "key": request.headers["X-Key"]},
            status=201,
            headers={"Idempotent-Replayed": "true"},
        )

    async with intake(handler) as session:
        content = parts(*[b"x" * 1024] * 300)
        response = await session.post(PATH, content, {"X-Key": "k"}, {"document": "ə&b"})
    assert response.status == 201 and response.replayed
    assert response.document() == {"size": 300 * 1024, "document": "ə&b", "key": "k"}


@pytest.mark.parametrize("status", sorted(TRANSIENT))
async def test_a_status_that_may_pass_is_no_answer(status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with intake(handler) as session:
        with pytest.raises(Unanswered, match=str(status)):
            await session.post(PATH, b"{}", {})


async def test_a_redirect_is_not_followed() -> None:
    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with intake(handler) as session:
        assert (await session.post(PATH, b"{}", {})).status == 307


async def test_an_intake_that_is_silent_gives_no_answer() -> None:
    over = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with intake(handler, seconds=0.2) as session:
        with pytest.raises(Unanswered):
            await session.post(PATH, b"{}", {})
        over.set()


async def test_an_intake_that_stops_reading_gives_no_answer() -> None:
    over = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1024 * 1024

    async with intake(handler, seconds=0.2) as session:
        with pytest.raises(Unanswered):
            await session.post(PATH, endless(), {})
        over.set()


async def test_a_refusal_before_the_end_of_a_large_document_is_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"detail": "no"}, status=415)

    async with intake(handler) as session:
        response = await session.post(PATH, parts(*[b"x" * 1024 * 1024] * (LARGE // 1024**2)), {})
    assert (response.status, response.document()) == (415, {"detail": "no"})


async def test_a_file_that_cannot_be_read_to_its_end_is_no_fault_of_intake() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=201, body=await request.read())

    async with intake(handler) as session:
        unreadable = PermanentError("file.unreadable", "card.pdf cannot be read.")
        with pytest.raises(PermanentError, match=r"card\.pdf"):
            await session.post(PATH, parts(b"x", end=unreadable), {})


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(str(request.url))

    async with intake(handler) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        async with intake_session("http://intake.example.az", seconds=30) as session:
            assert (await session.post(PATH, b"{}", {})).document() == f"http://intake.example.az{PATH}"


@pytest.mark.parametrize("value", ["\ud800", float("nan")])
async def test_what_is_no_json_is_sent_for_intake_to_refuse(value: object) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        return web.json_response({"detail": (await request.read()).decode()}, status=400)

    async with intake(handler) as session:
        result = await submit_appeal(session, {"text": value}, key="k", api_key="a")
    assert result.status == 400 and result.problem == {"detail": json.dumps({"text": value})}


async def test_an_address_that_is_none_is_an_intake_that_cannot_be_reached() -> None:
    async with intake_session("127.0.0.1:9", seconds=1) as session:
        with pytest.raises(TransientError, match=r"Intake at 127\.0\.0\.1:9 gave no answer"):
            await submit_appeal(session, {}, key="k", api_key="a", within=0)
