"""Requests that the console has no page for are refused with a page, and its forms go on working."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from catalogue.loader import load
from kit.clock import Clock
from kit.service import Service
from services.console.access import Access
from services.console.main import application
from services.console.page import Pages
from services.console.pages.board import board_routes
from services.console.pages.sign_in import sign_in_routes
from services.console.sessions import Sessions
from services.console.settings import ConsoleSettings


@pytest.fixture
def console() -> httpx2.AsyncClient:
    """The console, with nobody signed in: it asks no database then."""
    no_database: Any = None
    pages, sessions = Pages(load(), Clock()), Sessions(no_database, timedelta(hours=1), timedelta(hours=1))
    access = Access(sessions)
    app = application(Service("console"), pages, access)
    app.include_router(sign_in_routes(pages, access, sessions, ConsoleSettings()))
    app.include_router(board_routes(pages, access, no_database))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://console")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 303),
        ("GET", "/sign-in", 200),
        ("POST", "/language", 303),
        ("POST", "/sign-out", 303),
        ("POST", "/", 405),
        ("DELETE", "/sign-in", 405),
        ("GET", "/language", 405),
        ("POST", "/healthz", 405),
        ("GET", "/nothing", 404),
        ("GET", "/openapi.json", 404),
    ],
)
async def test_pages_and_refusals(console: httpx2.AsyncClient, method: str, path: str, status: int) -> None:
    form = {"language": "en"} if method == "POST" else None
    async with console:
        answer = await console.request(method, path, data=form)
    assert answer.status_code == status
    if status != 303:
        assert answer.headers["content-type"].startswith("text/html")
    if status == 405:
        assert answer.headers["allow"]
