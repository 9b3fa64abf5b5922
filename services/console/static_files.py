"""Scripts and styles: our own, and those of others from their WebJars. Read once, served with a digest."""

import hashlib
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from kit.errors import PermanentError
from kit.problem import Problem

_OWN = ("console.css", "console.js", "icon.svg")
_OF_WEBJARS = {
    "htmx.js": ("htmx.org-", "/dist/htmx.min.js"),
}
"""The files that pages use: from which WebJar each comes, and how its name there ends."""
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class StaticFile(NamedTuple):
    """A file as it is served."""

    content: bytes
    kind: str
    digest: str


class StaticFiles:
    """All files that pages use, by their names.

    Raises:
        PermanentError: `webjars_missing`: one of them is not in the folder of the WebJars.
    """

    def __init__(self, webjars: Path) -> None:
        self._files = {name: _file(name, content) for name, content in _contents(webjars)}

    def file(self, name: str) -> StaticFile | None:
        """The file of that name."""
        return self._files.get(name)


def static_routes(static: StaticFiles) -> APIRouter:
    """GET /static/{name}: for everybody, as nothing in it is secret."""
    router = APIRouter()

    @router.get("/static/{name}", include_in_schema=False)
    async def serve(name: str, request: Request) -> Response:
        found = static.file(name)
        if found is None:
            raise Problem(404, "not_found", "There is no such file.")
        headers = {"ETag": f'"{found.digest}"', "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.kind, headers=headers)

    return router


def _contents(webjars: Path) -> Iterator[tuple[str, bytes]]:
    for name in _OWN:
        yield name, (files("services.console") / "assets" / name).read_bytes()
    for name, (jar, ending) in _OF_WEBJARS.items():
        yield name, _from_webjar(webjars, jar, ending)


def _from_webjar(webjars: Path, jar: str, ending: str) -> bytes:
    for path in sorted(webjars.glob(f"{jar}*.jar")):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(ending):
                    return archive.read(member)
    raise PermanentError(
        "webjars_missing",
        f"{jar}*.jar with {ending} is not in {webjars}.",
        remedy="Set VAHID_CONSOLE_WEBJARS to the folder of the WebJars that deploy/console/pom.xml names.",
    )


def _file(name: str, content: bytes) -> StaticFile:
    return StaticFile(content, _KINDS[Path(name).suffix], hashlib.sha256(content).hexdigest()[:16])
