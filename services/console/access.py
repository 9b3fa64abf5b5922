"""Who asks: the session of a request, and whether its role may do what the route is for."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import Request

from kit.problem import Problem
from services.console.forms import form_of
from services.console.people import MAY, Permission
from services.console.sessions import Session, Sessions

SESSION_COOKIE = "vahid_session"
FORM_TOKEN = "form_token"


class SignInNeededError(Exception):
    """Nobody is signed in; `address` is where the person wanted to go."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.sign_in = f"/sign-in?next={quote(address, safe='')}"


class Access:
    """Finds the session of a request and holds it to a permission."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def session(self, request: Request) -> Session | None:
        """The session of the request, if there is one that holds."""
        return await self._sessions.find(request.cookies.get(SESSION_COOKIE))

    def allows(self, permission: Permission) -> Callable[[Request], Awaitable[Session]]:
        """A dependency: the session of a person who may do that.

        Raises:
            SignInNeededError: nobody is signed in.
            Problem: 403 `forbidden`, which says which roles may.
        """

        async def allowed(request: Request) -> Session:
            session = await self.session(request)
            if session is None:
                raise SignInNeededError(_address_of(request))
            if not session.person.may(permission):
                roles = ", ".join(sorted(MAY[permission]))
                raise Problem(403, "forbidden", f"Your role may not do this. These may: {roles}.")
            return session

        return allowed

    async def require_own_form(self, request: Request, session: Session) -> dict[str, str]:
        """The fields of a form that this session's page made.

        Raises:
            Problem: 403 `form.foreign`: it was not, or another site sent it; or as `form_of`.
        """
        form = dict(await form_of(request))
        token = form.pop(FORM_TOKEN, "")
        if not session.owns_form(token) or not _is_same_origin(request):
            raise Problem(
                403, "form.foreign", "This form was not made for your session.", remedy="Reload the page."
            )
        return form


def _is_same_origin(request: Request) -> bool:
    """Whether one of our pages sent the request, as far as the browser says so."""
    origin = request.headers.get("origin")
    return origin in (None, f"{request.url.scheme}://{request.headers.get('host', '')}")


def _address_of(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/"
