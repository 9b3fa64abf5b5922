"""Ministry of Health: snake_case, numeric codes, local times without a zone, 409 for a repetition."""

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, not_found, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Column, Message
from simulators.agency.store.records import Assignment, Change, Submission

_NAMESPACE = UUID("0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11")
STATES = {
    State.REGISTERED: 10,
    State.ACCEPTED: 20,
    State.IN_PROGRESS: 30,
    State.INFORMATION_NEEDED: 35,
    State.DONE: 40,
    State.REFUSED: 50,
    State.FORWARDED: 60,
    State.RECALLED: 70,
}
HABITS = Habits(
    accept=0,
    begin=8,
    wait_for_information=16,
    finish=30,
    accepts_at_once=True,
    note_texts={
        State.IN_PROGRESS: ("Müayinə təyin olunub.", "Komissiyanın növbəsinə salındı."),
        State.INFORMATION_NEEDED: ("Tibbi sənəd çatışmır.", "Epikriz təqdim edilməlidir."),
        State.DONE: ("Rəy verildi.", "Müayinə başa çatdı.", "Müalicə kursu tamamlandı."),
        State.FORWARDED: ("Bizim səlahiyyətimizə aid deyil.",),
    },
    reasons=(
        ("no_indication", "Tibbi göstəriş yoxdur."),
        ("not_examined", "Müayinədən keçmədiyi üçün rəy verilmədi."),
        ("data_mismatch", "Məlumatlar uyğun gəlmir."),
    ),
)


def _deadline(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a text dd/MM/yyyy HH:mm")
    return datetime.strptime(value, "%d/%m/%Y %H:%M").replace(tzinfo=BAKU)


class Patient(Form):
    """The person concerned; `dob` as yyyy-MM-dd."""

    last_name: str | None = None
    first_name: str | None = None
    father_name: str | None = None
    fin: str | None = None
    dob: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\d$")
    mobile: str | None = None


class Referral(Form):
    """A new referral; `deadline` as dd/MM/yyyy HH:mm in Baku."""

    ext_no: str = Field(min_length=1, max_length=200)
    service_code: str = Field(min_length=1)
    patient: Patient
    deadline: Annotated[datetime, BeforeValidator(_deadline)]
    notify_url: str = Field(pattern=r"^https?://")


class Addition(Form):
    """What the patient gave later."""

    ext_msg: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1)


class Moh:
    """Dialect of the ministry. Its acceptance is its acknowledgement."""

    agency = "moh"
    habits = HABITS
    first_state = State.ACCEPTED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """A UUID."""
        return str(uuid5(_NAMESPACE, key))

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/referrals/events`: without the sender's number and without a sequence."""
        return {
            "event_id": change.event_id,
            "referral_id": change.reference,
            "status": STATES[change.state],
            "at": change.at.astimezone(BAKU).strftime("%d/%m/%Y %H:%M:%S"),
            "remark": change.note_text,
            "reason": change.reason,
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"error", "message"}`."""
        return {"error": code, "message": message}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/referrals`, guarded by an API key."""

        def authenticated(x_api_key: str = Header("")) -> None:
            if not secrets.compare_digest(x_api_key.encode(), token.encode()):
                raise unauthorised("ApiKey")

        router = APIRouter(prefix="/referrals", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)  # first: /{referral_id} would match /events too
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/events")
        async def events(after: str = "", size: int = Query(100, ge=1, le=1000)) -> dict[str, Any]:
            last = await book.change_id_of(after) if after else 0
            if last is None:
                raise HTTPException(400, "unknown_event")
            return {"events": [self.change_item(change) for change in await book.changes_after(last, size)]}

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("", status_code=201, response_model=None)
        async def create(referral: Referral, request: Request) -> dict[str, Any] | JSONResponse:
            submission = Submission(
                referral.ext_no,
                referral.service_code,
                referral.deadline,
                referral.notify_url,
                referral.field_names(),
            )
            assignment, new = await book.submit(submission, request.receive)
            if not new:
                return JSONResponse({"error": "duplicate", "id": assignment.reference}, 409)
            return {"referral": referral_item(assignment, assignment.first_state)}

        @router.get("/by-ext")
        async def look_up(ext_no: str) -> dict[str, Any]:
            return await self._referral(book, "key", ext_no)

        @router.get("/{referral_id}")
        async def read(referral_id: str) -> dict[str, Any]:
            return await self._referral(book, "reference", referral_id)

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Delete a referral, or add to it; a repeated addition is a conflict, as a repeated referral is."""

        @router.delete("/{referral_id}", status_code=204)
        async def delete(
            referral_id: str, request: Request, ext_msg: str = Query(min_length=1, max_length=200)
        ) -> None:
            message = Message(ext_msg, "recall", "reference", referral_id, ("ext_msg",))
            await take_message(book, message, request.receive, closed=410)

        @router.post("/{referral_id}/additions", status_code=201, response_model=None)
        async def add(
            referral_id: str, addition: Addition, request: Request
        ) -> dict[str, Any] | JSONResponse:
            fields = addition.field_names()
            message = Message(addition.ext_msg, "information", "reference", referral_id, fields)
            assignment, new = await take_message(book, message, request.receive, closed=410)
            if not new:
                return JSONResponse({"error": "duplicate", "id": assignment.reference}, 409)
            return {"referral": referral_item(assignment, assignment.state)}

    async def _referral(self, book: AssignmentBook, column: Column, value: str) -> dict[str, Any]:
        assignment = await book.find(column, value)
        if assignment is None:
            raise not_found()
        return {"referral": referral_item(assignment, assignment.state)}


def referral_item(assignment: Assignment, state: State) -> dict[str, Any]:
    """A referral as it stands, or as it stood when it was accepted."""
    return {"id": assignment.reference, "ext_no": assignment.key, "status": STATES[state]}
