"""Each path that an application describes takes the methods that it describes there, and no other.

A router takes the first route whose path and method fit. So a path with a parameter would take what another
path, written out, does not: `GET /things/{name}` answers `GET /things/search`, where only POST is described.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.http_headers import ALLOW
from kit.http_problems import ProblemResponse, from_http

Describe = Callable[[], dict[str, Any]]
"""The OpenAPI document of an application."""


class DescribedMethods:
    """ASGI middleware: 405 for a method that is not described at its path; `Allow` names those that are."""

    def __init__(self, app: ASGIApp, describe: Describe) -> None:
        self._app = app
        self._describe = describe
        self._found: _Methods | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on; a path that is not described is the router's."""
        described = self._methods.at(scope["path"]) if scope["type"] == "http" else None
        if described is None or scope["method"] in described.methods:
            await self._app(scope, receive, send)
            return
        scope["route"] = described  # for metrics and the log, as a router would set it
        refused = from_http(HTTPException(405, headers={ALLOW: ", ".join(sorted(described.methods))}))
        await ProblemResponse(refused)(scope, receive, send)

    @property
    def _methods(self) -> "_Methods":
        if self._found is None:
            self._found = _Methods(self._describe()["paths"])
        return self._found


class _Described(NamedTuple):
    path: str
    methods: frozenset[str]


class _Methods:
    """The methods at each described path; one that is written out comes before those with parameters."""

    def __init__(self, paths: dict[str, Any]) -> None:
        described = [_Described(path, frozenset(map(str.upper, methods))) for path, methods in paths.items()]
        self._written_out = {each.path: each for each in described if "{" not in each.path}
        self._patterns = [(compile_path(each.path)[0], each) for each in described if "{" in each.path]

    def at(self, path: str) -> _Described | None:
        """What is described at `path`; None where nothing is."""
        if path in self._written_out:
            return self._written_out[path]
        return next((found for pattern, found in self._patterns if pattern.match(path)), None)
