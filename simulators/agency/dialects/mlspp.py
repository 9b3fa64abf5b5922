"""Ministry of Labour and Social Protection of Population: camelCase, words for states, times with +04:00."""

import secrets
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import AwareDatetime, Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Message
from simulators.agency.store.records import Assignment, Change, Submission

STATES = {
    State.REGISTERED: "NEW",
    State.ACCEPTED: "ACCEPTED",
    State.IN_PROGRESS: "IN_WORK",
    State.INFORMATION_NEEDED: "NEED_INFO",
    State.DONE: "DONE",
    State.REFUSED: "REJECTED",
    State.FORWARDED: "REDIRECTED",
    State.RECALLED: "CANCELLED",
}
HABITS = Habits(
    accept=0,
    begin=9,
    wait_for_information=14,
    finish=32,
    accepts_at_once=True,
    note_texts={
        State.IN_PROGRESS: ("İcra olunur.", "Sənədlər araşdırılır."),
        State.INFORMATION_NEEDED: ("Əlavə sənəd tələb olunur.", "Gəlir haqqında arayış təqdim edilməlidir."),
        State.DONE: ("Tapşırıq icra edildi.", "Təyinat aparıldı.", "Müraciət təmin olundu."),
        State.FORWARDED: ("Məsələ nazirliyin səlahiyyətinə aid deyil.",),
        State.RECALLED: ("Tapşırıq ləğv edildi.",),
    },
    reasons=(
        ("not_eligible", "Qanunvericiliyin tələblərinə uyğun deyil."),
        ("documents_incomplete", "Təqdim olunan sənədlər tam deyil."),
        ("already_provided", "Xidmət əvvəllər göstərilib."),
    ),
    redirects=("moh",),
)


class Person(Form):
    """The person concerned; `birthDate` as dd.MM.yyyy."""

    surname: str | None = None
    name: str | None = None
    patronymic: str | None = None
    pin: str | None = None
    phone: str | None = None
    birthDate: str | None = Field(default=None, pattern=r"^\d\d\.\d\d\.\d{4}$")


class Task(Form):
    """A new task."""

    externalId: str = Field(min_length=1, max_length=200)
    service: str = Field(min_length=1)
    person: Person
    district: str | None = None
    dueDate: AwareDatetime
    callbackUrl: str = Field(pattern=r"^https?://")


class Cancellation(Form):
    """A task is cancelled."""

    cancelledAt: AwareDatetime


class Supplement(Form):
    """What the applicant gave later."""

    text: str = Field(min_length=1)
    providedAt: AwareDatetime


class Mlspp:
    """Dialect of the ministry. Its acceptance is its acknowledgement."""

    agency = "mlspp"
    habits = HABITS
    first_state = State.ACCEPTED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """For example MLSPP-2021-000123."""
        return f"MLSPP-{taken_at.astimezone(BAKU).year}-{number:06d}"

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/tasks/changes`."""
        return {
            "changeId": str(change.change_id),
            "taskId": change.reference,
            "externalId": change.key,
            "state": STATES[change.state],
            "stateDate": change.at.astimezone(BAKU).isoformat(timespec="milliseconds"),
            "comment": change.note_text,
            "reasonCode": change.reason,
            "redirectTo": change.redirect_to,
            "sequence": change.sequence,
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"error": {"code", "message"}}`."""
        return {"error": {"code": code, "message": message}}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/api/v1/tasks`, guarded by a bearer token."""

        def authenticated(authorization: str = Header("")) -> None:
            if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
                raise unauthorised("Bearer")

        router = APIRouter(prefix="/api/v1/tasks", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/changes")
        async def changes(
            since: int = Query(0, ge=0), limit: int = Query(100, ge=1, le=1000)
        ) -> dict[str, Any]:
            found = await book.changes_after(since, limit)
            return {
                "items": [self.change_item(change) for change in found],
                "next": found[-1].change_id if found else since,
            }

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("", status_code=201)
        async def create(
            task: Task, request: Request, response: Response, idempotency_key: str = Header(min_length=1)
        ) -> dict[str, Any]:
            if idempotency_key != task.externalId:
                raise HTTPException(422, "key_mismatch")
            submission = Submission(
                idempotency_key, task.service, task.dueDate, task.callbackUrl, task.field_names()
            )
            assignment, new = await book.submit(submission, request.receive)
            response.status_code = 201 if new else 200
            return task_item(assignment, assignment.first_state, 1)

        @router.get("")
        async def look_up(external_id: str = Query(alias="externalId")) -> dict[str, Any]:
            assignment = await book.find("key", external_id)
            return {
                "items": []
                if assignment is None
                else [task_item(assignment, assignment.state, assignment.sequence)]
            }

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Messages under their task; the Idempotency-Key tells a repeated one."""

        @router.post("/{task_id}/cancellation")
        async def cancel(
            task_id: str,
            cancellation: Cancellation,
            request: Request,
            idempotency_key: str = Header(min_length=1),
        ) -> dict[str, Any]:
            fields = cancellation.field_names()
            message = Message(idempotency_key, "recall", "reference", task_id, fields)
            assignment, _ = await take_message(book, message, request.receive)
            return task_item(assignment, assignment.state, assignment.sequence)

        @router.post("/{task_id}/supplements", status_code=201)
        async def supplement(
            task_id: str,
            supplement: Supplement,
            request: Request,
            response: Response,
            idempotency_key: str = Header(min_length=1),
        ) -> dict[str, Any]:
            fields = supplement.field_names()
            message = Message(idempotency_key, "information", "reference", task_id, fields)
            assignment, new = await take_message(book, message, request.receive)
            response.status_code = 201 if new else 200
            return task_item(assignment, assignment.state, assignment.sequence)


def task_item(assignment: Assignment, state: State, sequence: int) -> dict[str, Any]:
    """A task as it stands, or as it stood when it was accepted."""
    return {
        "taskId": assignment.reference,
        "externalId": assignment.key,
        "state": STATES[state],
        "sequence": sequence,
    }
