"""State Agency on Mandatory Health Insurance: names with hyphens, bare lists, local times without a zone."""

import secrets
from datetime import date, datetime, time
from typing import Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Message
from simulators.agency.store.records import Assignment, Change, Submission

STATES = {
    State.REGISTERED: "new",
    State.ACCEPTED: "card-opened",
    State.IN_PROGRESS: "at-clinic",
    State.INFORMATION_NEEDED: "papers-missing",
    State.DONE: "service-given",
    State.REFUSED: "not-covered",
    State.FORWARDED: "passed-on",
    State.RECALLED: "card-closed",
}
HABITS = Habits(
    accept=0,
    begin=6,
    wait_for_information=14,
    finish=26,
    accepts_at_once=True,
    note_texts={
        State.IN_PROGRESS: ("Klinikaya göndəriş verildi.", "Növbəyə yazıldı."),
        State.INFORMATION_NEEDED: ("Göndəriş vərəqi çatışmır.",),
        State.DONE: ("Xidmət göstərildi.", "Müayinə keçirildi.", "Dərman vasitələri verildi."),
        State.FORWARDED: ("İcbari tibbi sığorta bunu əhatə etmir.",),
    },
    reasons=(
        ("no-referral", "Həkim göndərişi yoxdur."),
        ("no-show", "Təyin olunmuş vaxtda gəlməyib."),
        ("no-place", "Hazırda yer yoxdur."),
    ),
)
_CLOSES = time(18)


class Insured(Form):
    """The insured person; `birth-date` as yyyy-MM-dd."""

    last_name: str | None = Field(default=None, alias="last-name")
    first_name: str | None = Field(default=None, alias="first-name")
    fathers_name: str | None = Field(default=None, alias="fathers-name")
    fin: str | None = None
    birth_date: date | None = Field(default=None, alias="birth-date")
    phone: str | None = None


class Card(Form):
    """A new card; `answer-by` is a day, yyyy-MM-dd: until the end of its working hours."""

    source_no: str = Field(min_length=1, max_length=200, alias="source-no")
    direction: str = Field(min_length=1)
    insured: Insured = Insured()
    answer_by: date = Field(alias="answer-by")
    report_to: str = Field(pattern=r"^https?://", alias="report-to")

    @property
    def due_at(self) -> datetime:
        """The end of the working hours of the day named."""
        return datetime.combine(self.answer_by, _CLOSES, BAKU)


class Closing(Form):
    """A card is closed; `when` is local."""

    message_no: str = Field(min_length=1, max_length=200, alias="message-no")
    when: datetime


class Papers(Form):
    """What the insured person gave later."""

    message_no: str = Field(min_length=1, max_length=200, alias="message-no")
    content: str = Field(min_length=1)


class Samhi:
    """Dialect of the agency. Its acceptance is its acknowledgement."""

    agency = "samhi"
    habits = HABITS
    first_state = State.ACCEPTED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """For example ITS-00000123."""
        return f"ITS-{number:08d}"

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/api/cards/history`."""
        local = change.at.astimezone(BAKU).replace(tzinfo=None)
        return {
            "entry": change.change_id,
            "card-no": change.reference,
            "source-no": change.key,
            "state": STATES[change.state],
            "when": local.isoformat(timespec="milliseconds"),
            "step": change.sequence,
            "comment": change.note_text,
            "refusal-code": change.reason,
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"error-code", "error-text"}`."""
        return {"error-code": code, "error-text": message}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/api/cards`, guarded by a token in a header."""

        def authenticated(api_token: str = Header("")) -> None:
            if not secrets.compare_digest(api_token.encode(), token.encode()):
                raise unauthorised("Api-Token")

        router = APIRouter(prefix="/api/cards", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/history")
        async def history(
            last: int = Query(0, ge=0, alias="from"), top: int = Query(100, ge=1, le=1000)
        ) -> list[dict[str, Any]]:
            return [self.change_item(change) for change in await book.changes_after(last, top)]

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("", status_code=201, response_model=None)
        async def open_card(card: Card, request: Request) -> dict[str, Any] | JSONResponse:
            submission = Submission(
                card.source_no, card.direction, card.due_at, card.report_to, card.field_names()
            )
            assignment, new = await book.submit(submission, request.receive)
            if not new:
                return JSONResponse({"error-code": "exists", "card-no": assignment.reference}, 409)
            return card_item(assignment, assignment.first_state)

        @router.get("")
        async def look_up(source_no: str = Query(alias="source-no")) -> list[dict[str, Any]]:
            assignment = await book.find("key", source_no)
            return [] if assignment is None else [card_item(assignment, assignment.state)]

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Close a card, or add papers to it."""

        @router.put("/{card_no}/closing")
        async def close(card_no: str, closing: Closing, request: Request) -> dict[str, Any]:
            message = Message(closing.message_no, "recall", "reference", card_no, closing.field_names())
            assignment, _ = await take_message(book, message, request.receive)
            return card_item(assignment, assignment.state)

        @router.post("/{card_no}/papers", status_code=201)
        async def add(card_no: str, papers: Papers, request: Request, response: Response) -> dict[str, Any]:
            message = Message(papers.message_no, "information", "reference", card_no, papers.field_names())
            assignment, new = await take_message(book, message, request.receive)
            response.status_code = 201 if new else 200
            return card_item(assignment, assignment.state)


def card_item(assignment: Assignment, state: State) -> dict[str, Any]:
    """A card as it stands, or as it stood when it was opened."""
    return {"card-no": assignment.reference, "source-no": assignment.key, "state": STATES[state]}
