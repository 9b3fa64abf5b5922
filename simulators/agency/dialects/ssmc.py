"""State Service for Mobilization and Conscription: data and meta, seconds since 1970, numbers as codes."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from pydantic import Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Kind, Message
from simulators.agency.store.records import Assignment, Change, Submission

STATES = {
    State.REGISTERED: 100,
    State.ACCEPTED: 200,
    State.IN_PROGRESS: 300,
    State.INFORMATION_NEEDED: 350,
    State.DONE: 400,
    State.REFUSED: 500,
    State.FORWARDED: 600,
    State.RECALLED: 700,
}
HABITS = Habits(
    accept=0,
    begin=10,
    wait_for_information=15,
    finish=28,
    accepts_at_once=True,
    note_texts={
        State.IN_PROGRESS: ("Şəxsi iş araşdırılır.", "Rayon idarəsinə göndərildi."),
        State.INFORMATION_NEEDED: ("Hərbi biletin surəti lazımdır.",),
        State.DONE: ("Statusu təsdiq edən sənəd verildi.", "Məlumat təqdim edildi."),
        State.FORWARDED: ("Müdafiə Nazirliyinin məlumatı tələb olunur.", "Aidiyyəti üzrə göndərildi."),
        State.RECALLED: ("Müraciət geri çağırıldı.",),
    },
    reasons=(
        ("11", "Hərbi xidmət keçməyib."),
        ("12", "Qohumluq sənədi təqdim edilməyib."),
        ("13", "Digər səbəb."),
    ),
    redirects=("103", "101"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Names(Form):
    """The names of a person."""

    last: str | None = None
    first: str | None = None
    middle: str | None = None


class Person(Form):
    """The person concerned; `born` as yyyyMMdd."""

    names: Names = Names()
    pin: str | None = None
    born: str | None = Field(default=None, pattern=r"^\d{8}$")
    mobile: str | None = None


class Data(Form):
    """What is asked; `deadline` in seconds since 1970."""

    request_id: str = Field(min_length=1, max_length=200)
    service: str = Field(min_length=1)
    deadline: int = Field(ge=0, le=32_503_680_000)
    callback: str = Field(pattern=r"^https?://")
    person: Person = Person()


class Envelope(Form):
    """A new request."""

    data: Data


class Notice(Form):
    """A message about a request: type 1 recalls it, 2 gives information; `sent` in seconds since 1970."""

    type: Literal[1, 2]
    sent: int = Field(ge=0, le=32_503_680_000)
    text: str | None = None


class NoticeEnvelope(Form):
    """A new message."""

    data: Notice


class Ssmc:
    """Dialect of the service. Its acceptance is its acknowledgement."""

    agency = "ssmc"
    habits = HABITS
    first_state = State.ACCEPTED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """For example SXC-2108-000123: year and month of its receipt, and a number."""
        return f"SXC-{taken_at.astimezone(BAKU):%y%m}-{number:06d}"

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/v3/feed`."""
        return {
            "event": change.event_id,
            "at": (change.at - _EPOCH) // _SECOND,
            "request": {"id": change.reference, "request_id": change.key},
            "stage": {"to": STATES[change.state], "order": change.sequence},
            "message": {"text": change.note_text, "reason": int(change.reason) if change.reason else None},
            "transferred_to": int(change.redirect_to) if change.redirect_to else None,
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"errors": [{"code", "detail"}]}`."""
        return {"errors": [{"code": code, "detail": message}]}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/v3`, guarded by a bearer token; the X-Request-Id tells a repeated request."""

        def authenticated(authorization: str = Header("")) -> None:
            if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
                raise unauthorised("Bearer")

        router = APIRouter(prefix="/v3", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/feed")
        async def feed(
            cursor: str = Query("c0", pattern=r"^c\d{1,18}$"), page_size: int = Query(100, ge=1, le=1000)
        ) -> dict[str, Any]:
            last = int(cursor[1:])
            found = await book.changes_after(last, page_size)
            following = f"c{found[-1].change_id if found else last}"
            return {"data": [self.change_item(change) for change in found], "meta": {"cursor": following}}

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("/requests", status_code=202)
        async def create(
            envelope: Envelope, request: Request, x_request_id: str = Header(min_length=1)
        ) -> dict[str, Any]:
            asked = envelope.data
            if x_request_id != asked.request_id:
                raise HTTPException(422, "id_mismatch")
            due_at = _EPOCH + asked.deadline * _SECOND
            submission = Submission(
                asked.request_id, asked.service, due_at, asked.callback, envelope.field_names()
            )
            assignment, new = await book.submit(submission, request.receive)
            return {"data": request_item(assignment, assignment.first_state), "meta": {"duplicate": not new}}

        @router.get("/requests/search")
        async def look_up(request_id: str) -> dict[str, Any]:
            assignment = await book.find("key", request_id)
            found = [] if assignment is None else [request_item(assignment, assignment.state)]
            return {"data": found, "meta": {"total": len(found)}}

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Messages about a request; the X-Message-Id tells a repeated one."""

        @router.post("/requests/{request_id}/messages", status_code=202)
        async def notice(
            request_id: str,
            envelope: NoticeEnvelope,
            request: Request,
            x_message_id: str = Header(min_length=1),
        ) -> dict[str, Any]:
            kind: Kind = "recall" if envelope.data.type == 1 else "information"
            message = Message(x_message_id, kind, "reference", request_id, envelope.field_names())
            assignment, new = await take_message(book, message, request.receive)
            return {"data": request_item(assignment, assignment.state), "meta": {"duplicate": not new}}


def request_item(assignment: Assignment, state: State) -> dict[str, Any]:
    """A request as it stands, or as it stood when it was accepted."""
    return {"id": assignment.reference, "request_id": assignment.key, "stage": STATES[state]}
