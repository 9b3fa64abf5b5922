"""One case: where it stands and why, what can be done, and its history. Commands are given here."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from casework.commands.context import CommandContext
from casework.commands.session import CaseworkSession
from casework.computed_on_read import is_step_late, step_due_at
from casework.errors import unknown_case
from casework.queries.case_details import CaseDetails, read_case
from casework.queries.deadlines import ExplainedClock, explain_clocks, subjects
from catalogue.model import Catalogue
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError, TransientError
from kit.problem import Problem
from schemas.actors import Actor
from services.console import metrics
from services.console.access import Access
from services.console.actions import CODES, Action, Code, actions_on, builder_of, permission_of
from services.console.page import Pages
from services.console.sessions import Session
from workflows.case.commands import CommandOutcome
from workflows.case.rules import Rules


@dataclass(frozen=True)
class CaseDependencies:
    """What the pages of a case need. `commanding` makes a session of casework for an actor."""

    database: Database
    catalogue: Catalogue
    clock: Clock
    commanding: Callable[[Actor], CaseworkSession]


def case_routes(pages: Pages, access: Access, needs: CaseDependencies) -> APIRouter:
    """GET /cases/{case}; POST /cases/{case}/{action} gives a command."""
    router = APIRouter(include_in_schema=False)
    Watcher = Annotated[Session, Depends(access.allows("watch"))]

    @router.get("/cases/{case}")
    async def show(request: Request, case: str, session: Watcher) -> Response:
        details = await _read(needs, case)
        if case != details.case.case_id:
            return RedirectResponse(f"/cases/{details.case.case_id}", 303)
        return pages.show(request, "case.html.j2", session, **_values(needs, details, session))

    @router.post("/cases/{case}/{action}")
    async def command(request: Request, case: str, action: str, session: Watcher) -> Response:
        form = await access.require_own_form(request, session)
        code = _code_of(action, session)
        details = await _read(needs, case)
        seen, key = form.pop("seen", ""), form.pop("command_id", "")
        values = {"given": code, "form": form}
        if not _is_uuid(key):
            raise Problem(
                422, "form.field_invalid", "The form has no id of its command.", remedy="Reload the page."
            )
        if seen != str(details.case.seq) and not _was_given(details, key):
            shown = _values(needs, details, session) | values | {"moved_on": seen}
            return pages.show(request, "case.html.j2", session, status=409, **shown)
        outcome = await _execute(needs, session, details.case.case_id, code, form, key)
        metrics.COMMANDS.labels(code, _became(outcome)).inc()
        after = await _read(needs, details.case.case_id)
        shown = _values(needs, after, session) | values | {"outcome": outcome}
        if outcome is None:
            shown["command_id"] = key
        return pages.show(request, "case.html.j2", session, status=_status_of(outcome), **shown)

    return router


async def _execute(
    needs: CaseDependencies, session: Session, case_id: str, code: Code, form: Mapping[str, str], key: str
) -> CommandOutcome | None:
    """What became of the command; None where the case has not answered, so that nobody knows yet."""
    casework = needs.commanding(session.person.actor)
    builder = builder_of(code, form)
    try:
        return await casework.execute(case_id, builder, note=form.get("note"), key=key)
    except TransientError:
        return None
    except PermanentError as error:
        return CommandOutcome(accepted=False, code=error.code, allowed=error.remedy)


async def _read(needs: CaseDependencies, case: str) -> CaseDetails:
    try:
        return await read_case(needs.database, case, needs.clock.now())
    except PermanentError as error:
        if error.code != unknown_case("").code:
            raise
        raise Problem(404, error.code, "There is no such case.", remedy=error.remedy) from error


def _values(needs: CaseDependencies, details: CaseDetails, session: Session) -> dict[str, Any]:
    return {
        "details": details,
        "case": details.case,
        "clocks": _clocks(needs.catalogue, details),
        "actions": _actions(needs, details, session),
        "step_due_at": step_due_at,
        "is_step_late": lambda step: is_step_late(step, details.now),
        "history": tuple(reversed(details.history)),
        "command_id": str(uuid.uuid4()),
        "outcome": None,
        "given": None,
        "form": {},
        "moved_on": None,
    }


def _clocks(catalogue: Catalogue, details: CaseDetails) -> tuple[ExplainedClock, ...]:
    case = details.case
    return tuple(clock for subject in subjects(case) for clock in explain_clocks(catalogue, case, subject))


def _actions(needs: CaseDependencies, details: CaseDetails, session: Session) -> tuple[Action, ...]:
    """What the person may do, each tried by the rules that decide."""
    person = session.person
    context = CommandContext("preview", person.actor, details.now, details.case, needs.catalogue)
    tried = actions_on(context, Rules.of(needs.catalogue, details.now))
    return tuple(action for action in tried if person.may(action.permission))


def _code_of(action: str, session: Session) -> Code:
    code = next((known for known in CODES if known == action), None)
    if code is None:
        raise Problem(404, "not_found", "There is no such action.")
    if not session.person.may(permission_of(code)):
        raise Problem(403, "forbidden", "Your role may not do this.")
    return code


def _was_given(details: CaseDetails, key: str) -> bool:
    """Whether the case knows a command under this key: it answers as it did then."""
    return any(identity.endswith(f"/{key}") for identity in details.case.seen)


def _status_of(outcome: CommandOutcome | None) -> int:
    if outcome is None:
        return 503
    return 200 if outcome.accepted else 409


def _became(outcome: CommandOutcome | None) -> str:
    if outcome is None:
        return "unanswered"
    return "accepted" if outcome.accepted else "refused"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
