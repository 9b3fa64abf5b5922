"""Refusals and failures as pages: what is wrong, what to do, and the number to ask for help by."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from kit import tracing
from kit.http_problems import from_http
from kit.problem import Problem
from services.console import metrics
from services.console.access import Access, SignInNeededError
from services.console.page import Pages


def show_errors(app: FastAPI, pages: Pages, access: Access) -> None:
    """Show problems as pages, and lead who is not signed in to where that is done."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return await as_page(request, error)

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await as_page(request, from_http(error))

    async def as_page(request: Request, error: Problem) -> Response:
        metrics.REFUSED.labels(error.code).inc()
        trace = tracing.trace_id(tracing.current())
        values = {"problem": error, "trace": trace}
        session = await access.session(request)
        return pages.show(
            request, "problem.html.j2", session, status=error.status, headers=error.headers, **values
        )

    async def on_sign_in_needed(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInNeededError)
        metrics.REFUSED.labels("sign_in_needed").inc()
        if request.headers.get("hx-request") or request.url.path == "/events":
            return Response(status_code=401, headers={"HX-Redirect": error.sign_in})
        return RedirectResponse(error.sign_in, 303)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(SignInNeededError, on_sign_in_needed)
