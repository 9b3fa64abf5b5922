"""The HTTP interface of a simulated agency: its dialect, its log and its controls."""

from typing import Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Dialect
from simulators.control import add_controls
from simulators.faults import FaultLayer
from simulators.serving import add_probes


def create_app(dialect: Dialect, book: AssignmentBook, token: str) -> ASGIApp:
    """The application of one agency, behind the middleware that applies its behaviour settings."""
    app = FastAPI(title=f"Simulated system of {dialect.agency}", docs_url=None, redoc_url=None)
    add_probes(app)
    add_controls(app, book.faults)
    _add_log(app, book)
    _add_errors(app, dialect, book)
    app.include_router(dialect.routes(book, token))
    return FaultLayer(app, book.faults)


def _add_log(app: FastAPI, book: AssignmentBook) -> None:
    @app.get("/_log")
    async def log(since: int = Query(0, ge=0)) -> dict[str, Any]:
        """The entries of `received.jsonl` after number `since`."""
        entries = book.log_since(since)
        return {"entries": entries, "next": entries[-1]["id"] if entries else since}


def _add_errors(app: FastAPI, dialect: Dialect, book: AssignmentBook) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, refused: RequestValidationError) -> JSONResponse:
        problems = [".".join(map(str, fault["loc"])) + ": " + fault["type"] for fault in refused.errors()]
        if request.method != "GET":
            await book.log_invalid(problems)
        return JSONResponse(dialect.error("invalid", "; ".join(problems)), 422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, refused: HTTPException) -> JSONResponse:
        return JSONResponse(dialect.error(str(refused.detail), ""), refused.status_code, refused.headers)
