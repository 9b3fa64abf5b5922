"""Signing in and out, and the reader's language."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kit.problem import Problem
from services.console.access import SESSION_COOKIE, Access
from services.console.forms import form_of
from services.console.page import LANGUAGE_COOKIE, Pages
from services.console.people import EXAMPLES
from services.console.sessions import Sessions
from services.console.settings import ConsoleSettings
from services.console.texts import LANGUAGES

_YEAR = 365 * 24 * 3600


def sign_in_routes(pages: Pages, access: Access, sessions: Sessions, settings: ConsoleSettings) -> APIRouter:
    """/sign-in, /sign-out, /language."""
    router = APIRouter(include_in_schema=False)
    examples = EXAMPLES if settings.console_sign_in == "development" else ()
    secure = not settings.console_insecure_cookies

    @router.get("/sign-in")
    async def choose(request: Request, next: str = "/") -> Response:
        return pages.show(request, "sign_in.html.j2", None, examples=examples, target=local(next))

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await form_of(request)
        person = next((each for each in examples if each.subject == form.get("subject")), None)
        if person is None:
            raise Problem(403, "sign_in.refused", "Nobody of that name can sign in here.")
        token = await sessions.start(person, request.cookies.get(SESSION_COOKIE))
        response = RedirectResponse(local(form.get("next", "/")), 303)
        response.set_cookie(SESSION_COOKIE, token, httponly=True, secure=secure, samesite="lax", path="/")
        return response

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        session = await access.session(request)
        if session is not None:
            await access.require_own_form(request, session)
            await sessions.end(request.cookies[SESSION_COOKIE])
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(SESSION_COOKIE, path="/")
        return response

    @router.post("/language")
    async def language(request: Request) -> Response:
        form = await form_of(request)
        chosen = form.get("language", "")
        response = RedirectResponse(local(form.get("next", "/")), 303)
        if chosen in LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE, chosen, max_age=_YEAR, httponly=True, secure=secure, samesite="lax", path="/"
            )
        return response

    return router


def local(address: str) -> str:
    """The address, if it is one of this console; else the board. A page elsewhere is never led to."""
    parts = urlsplit(address)
    elsewhere = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//")
    unsafe = any(sign in address for sign in "\\\r\n\t")
    return "/" if elsewhere or unsafe else address
