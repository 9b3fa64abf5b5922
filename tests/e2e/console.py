"""The console as people use it: over HTTP with a session, and in a real browser."""

import re
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx2
from playwright.async_api import Browser, async_playwright

from services.console.people import Role
from tests.e2e.installation import PATIENCE, Installation

_PAGE_SECONDS = 90
"""Seconds that a step in a browser may take on a busy machine."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class ConsoleClient:
    """A browser's part of the protocol: cookies, forms, no script."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """The response to a GET, redirects not followed."""
        return await self.client.get(path, headers=headers)

    async def post(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        """The response to a form."""
        return await self.client.post(path, content=urlencode(form), headers=FORM | headers)

    async def sign_in(self, role: Role) -> httpx2.Response:
        """Sign in as the example person of a role."""
        return await self.post("/sign-in", {"subject": f"{role}-1", "next": "/"})

    async def form_token(self) -> str:
        """What this session's forms carry."""
        return field(await self.get("/"), "form_token")

    async def command(self, case_id: str, action: str, **changed: str) -> httpx2.Response:
        """Give a command by the form of the case's page, with `changed` fields."""
        hidden = await self.hidden(case_id)
        return await self.post(f"/cases/{case_id}/{action}", hidden | changed)

    async def hidden(self, case_id: str) -> dict[str, str]:
        """The hidden fields of a case's forms; made up where the page has no form for this person."""
        page = await self.get(f"/cases/{case_id}")
        made_up = {"seen": "0", "command_id": str(uuid.uuid4())}
        if 'name="seen"' in page.text:
            made_up = {name: field(page, name) for name in made_up}
        return {"form_token": field(page, "form_token"), **made_up}


def field(page: httpx2.Response, name: str) -> str:
    """The value of the first hidden field of that name in a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"the page has no field {name}"
    return found.group(1)


@asynccontextmanager
async def console(installation: Installation, role: Role | None = None) -> AsyncIterator[ConsoleClient]:
    """A client of the console; signed in where a role is given."""
    address = installation.addresses["console"]
    async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE, follow_redirects=False) as client:
        person = ConsoleClient(client)
        if role is not None:
            assert (await person.sign_in(role)).status_code == 303
        yield person


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium.

    Raises:
        AssertionError: it is not installed.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is not installed. Install it (Debian: apt install chromium)."
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def page_of(
    installation: Installation, role: Role, language: str = "en", width: int = 1280
) -> AsyncIterator[Any]:
    """A page of a signed-in person in a browser. What the page's scripts complain of fails the test."""
    complaints: list[str] = []
    async with browser() as started:
        context = await started.new_context(
            base_url=installation.addresses["console"], viewport={"width": width, "height": 900}
        )
        page = await context.new_page()
        page.set_default_timeout(_PAGE_SECONDS * 1000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto("/sign-in")
        if language == "en":
            await page.click("form.language button")
        await page.click(f"button[value={role}-1]")
        await page.wait_for_selector("#board")
        yield page
    assert complaints == []
