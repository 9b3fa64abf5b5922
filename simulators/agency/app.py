"""The HTTP side of a simulated agency: its dialect, and beside it what the one who plays with it needs."""

from typing import Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from simulators.agency.assignments import AssignmentBook
from simulators.control import add_controls
from simulators.faults import FaultLayer
from simulators.serving import add_probes


def create_app(book: AssignmentBook, token: str) -> ASGIApp:
    """The application of the agency behind `desk`, with the behaviour settings played in front of it."""
    app = FastAPI(title=f"Simulated system of {book.dialect.agency}", docs_url=None, redoc_url=None)
    add_probes(app)
    add_controls(app, book.faults)
    _add_log(app, book)
    _add_errors(app, book)
    app.include_router(book.dialect.routes(book, token))
    return FaultLayer(app, book.faults)


def _add_log(app: FastAPI, book: AssignmentBook) -> None:
    @app.get("/_log")
    async def log(since: int = Query(0, ge=0)) -> dict[str, Any]:
        """What was submitted, after entry `since`: as in `received.jsonl`."""
        entries = book.log_since(since)
        return {"entries": entries, "next": entries[-1]["id"] if entries else since}


def _add_errors(app: FastAPI, book: AssignmentBook) -> None:
    error = book.dialect.error

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, refused: RequestValidationError) -> JSONResponse:
        problems = [".".join(map(str, one["loc"])) + ": " + one["type"] for one in refused.errors()]
        if request.method != "GET":
            await book.note_invalid(problems)
        return JSONResponse(error("invalid", "; ".join(problems)), 422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, refused: HTTPException) -> JSONResponse:
        return JSONResponse(error(str(refused.detail), ""), refused.status_code, refused.headers)
