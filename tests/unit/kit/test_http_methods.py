"""A path takes the methods that are described there, and says which they are."""

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from kit.http import create_app


def application(**options: str | None) -> FastAPI:
    async def ready() -> dict[str, bool]:
        return {}

    app = create_app("things", ready, **options)

    @app.get("/things/{name}")
    async def read(name: str) -> str:
        return name

    @app.put("/things/{name}")
    async def write(name: str) -> str:
        return name

    @app.post("/things/search")
    async def search() -> str:
        return "found"

    @app.delete("/hidden", include_in_schema=False)
    async def hidden() -> str:
        return "hidden"

    return app


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/things/one", 200, None),
        ("POST", "/things/search", 200, None),
        ("GET", "/things/search", 405, "POST"),
        ("OPTIONS", "/things/search", 405, "POST"),
        ("DELETE", "/things/one", 405, "GET, PUT"),
        ("HEAD", "/things/one", 405, "GET, PUT"),
        ("TRACE", "/healthz", 405, "GET"),
        ("DELETE", "/hidden", 200, None),
        ("GET", "/hidden", 405, "DELETE"),
        ("GET", "/nothing", 404, None),
    ],
)
async def test_methods(method: str, path: str, status: int, allowed: str | None) -> None:
    transport = httpx2.ASGITransport(application())
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)
    if status == 405:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("published", ["/openapi.json", None])
async def test_who_publishes_no_description_shows_refusals_as_its_own(published: str | None) -> None:
    app = application(openapi_url=published)

    async def page(_request: Request, _error: Exception) -> Response:
        return Response("<p>405</p>", 405, media_type="text/html")

    app.add_exception_handler(HTTPException, page)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        answer = await client.delete("/things/one")
    assert answer.status_code == 405
    assert (answer.text == "<p>405</p>") == (published is None)
