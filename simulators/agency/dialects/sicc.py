"""State Insurance Commercial Company: PascalCase, one character a state, yyyyMMddHHmmss of Baku, journal."""

import secrets
from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, not_found, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Column, Message
from simulators.agency.store.records import Assignment, Change, Submission

STATES = {
    State.REGISTERED: "N",
    State.ACCEPTED: "A",
    State.IN_PROGRESS: "W",
    State.INFORMATION_NEEDED: "Q",
    State.DONE: "P",
    State.REFUSED: "D",
    State.FORWARDED: "T",
    State.RECALLED: "V",
}
HABITS = Habits(
    accept=0,
    begin=12,
    wait_for_information=18,
    finish=36,
    accepts_at_once=True,
    note_texts={
        State.IN_PROGRESS: ("Sığorta hadisəsi araşdırılır.", "Aktuar hesablaması aparılır."),
        State.INFORMATION_NEEDED: ("Bank rekvizitləri tələb olunur.",),
        State.DONE: ("Sığorta ödənişi köçürüldü.", "Ödəniş təyin edildi."),
        State.FORWARDED: ("Sığorta hadisəsi deyil, aidiyyəti üzrə baxılmalıdır.",),
        State.RECALLED: ("Sığorta işi geri götürüldü.",),
    },
    reasons=(
        ("NOT_INSURED", "Sığorta hadisəsi sayılmır."),
        ("PAID_BEFORE", "Ödəniş əvvəllər verilib."),
        ("NO_BANK_DETAILS", "Bank rekvizitləri təqdim edilməyib."),
    ),
)
_CLOSES = time(18)


def _day(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a text yyyyMMdd")
    return datetime.combine(datetime.strptime(value, "%Y%m%d"), _CLOSES, BAKU)  # noqa: DTZ007


class Insured(Form):
    """The insured person; `DateOfBirth` as dd/MM/yyyy."""

    Surname: str | None = None
    GivenName: str | None = None
    Patronymic: str | None = None
    Fin: str | None = None
    DateOfBirth: str | None = Field(default=None, pattern=r"^\d\d/\d\d/\d{4}$")
    Phone: str | None = None


class ClaimRequest(Form):
    """A new claim; `DueOn` is a day, yyyyMMdd: until the end of its working hours."""

    PartnerReference: str = Field(min_length=1, max_length=200)
    Product: str = Field(min_length=1)
    Insured_: Insured = Field(default=Insured(), alias="Insured")
    DueOn: Annotated[datetime, BeforeValidator(_day)]
    NotifyAt: str = Field(pattern=r"^https?://")


class Withdrawal(Form):
    """A claim is withdrawn; `WithdrawnOn` as yyyyMMdd."""

    MessageReference: str = Field(min_length=1, max_length=200)
    WithdrawnOn: str = Field(pattern=r"^\d{8}$")


class Statement(Form):
    """What the insured person stated later; `GivenAt` as yyyyMMddHHmmss in Baku."""

    MessageReference: str = Field(min_length=1, max_length=200)
    GivenAt: str = Field(pattern=r"^\d{14}$")
    Text: str = Field(min_length=1)


class Sicc:
    """Dialect of the company. Its acceptance is its acknowledgement."""

    agency = "sicc"
    habits = HABITS
    first_state = State.ACCEPTED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """For example DSK-0000123-21."""
        return f"DSK-{number:07d}-{taken_at.astimezone(BAKU):%y}"

    def change_item(self, change: Change) -> dict[str, Any]:
        """An entry of the journal: without the partner's reference and without a sequence."""
        return {
            "EntryId": change.change_id,
            "Claim": {"Number": change.reference},
            "Status": {
                "Code": STATES[change.state],
                "Since": change.at.astimezone(BAKU).strftime("%Y%m%d%H%M%S"),
            },
            "Remark": change.note_text,
            "Decision": {"Ground": change.reason or None},
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"Fault": {"Code", "Text"}}`."""
        return {"Fault": {"Code": code, "Text": message}}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/claims-api`, guarded by a bearer token."""

        def authenticated(authorization: str = Header("")) -> None:
            if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
                raise unauthorised("Bearer")

        router = APIRouter(prefix="/claims-api", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/Journal")
        async def journal(
            after_entry: int = Query(0, ge=0, alias="afterEntry"), take: int = Query(100, ge=1, le=1000)
        ) -> dict[str, Any]:
            found = await book.changes_after(after_entry, take)
            last = found[-1].change_id if found else after_entry
            return {"Journal": {"Entries": [self.change_item(change) for change in found], "LastEntry": last}}

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("/Claims", status_code=201, response_model=None)
        async def create(claim: ClaimRequest, request: Request) -> dict[str, Any] | JSONResponse:
            submission = Submission(
                claim.PartnerReference, claim.Product, claim.DueOn, claim.NotifyAt, claim.field_names()
            )
            assignment, new = await book.submit(submission, request.receive)
            if not new:
                return JSONResponse({"Fault": {"Code": "DUPLICATE", "Claim": assignment.reference}}, 409)
            return {"Claim": claim_item(assignment, assignment.first_state)}

        @router.get("/Claims/ByPartner")
        async def look_up(reference: str) -> dict[str, Any]:
            return await self._claim(book, "key", reference)

        @router.get("/Claims/{number}")
        async def read(number: str) -> dict[str, Any]:
            return await self._claim(book, "reference", number)

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Messages under their claim; the MessageReference tells a repeated one."""

        @router.post("/Claims/{number}/Withdrawal")
        async def withdraw(number: str, withdrawal: Withdrawal, request: Request) -> dict[str, Any]:
            fields = withdrawal.field_names()
            message = Message(withdrawal.MessageReference, "recall", "reference", number, fields)
            assignment, _ = await take_message(book, message, request.receive)
            return {"Claim": claim_item(assignment, assignment.state)}

        @router.post("/Claims/{number}/Statements", status_code=202)
        async def state(number: str, statement: Statement, request: Request) -> dict[str, Any]:
            fields = statement.field_names()
            message = Message(statement.MessageReference, "information", "reference", number, fields)
            assignment, _ = await take_message(book, message, request.receive)
            return {"Claim": claim_item(assignment, assignment.state)}

    async def _claim(self, book: AssignmentBook, column: Column, value: str) -> dict[str, Any]:
        assignment = await book.find(column, value)
        if assignment is None:
            raise not_found()
        return {"Claim": claim_item(assignment, assignment.state)}


def claim_item(assignment: Assignment, state: State) -> dict[str, Any]:
    """A claim as it stands, or as it stood when it was accepted."""
    return {
        "Number": assignment.reference,
        "PartnerReference": assignment.key,
        "Status": {"Code": STATES[state]},
    }
