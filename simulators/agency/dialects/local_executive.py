"""Executive powers of the districts: Azerbaijani names, whole numbers as ids, milliseconds since 1970."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, take_message, unauthorised
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Message
from simulators.agency.store.records import Assignment, Change, Submission

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_NUMBER = 10_000
_MILLISECOND = timedelta(milliseconds=1)
STATES = {
    State.REGISTERED: "alindi",
    State.ACCEPTED: "qebul_edildi",
    State.IN_PROGRESS: "icrada",
    State.INFORMATION_NEEDED: "melumat_gozlenir",
    State.DONE: "tamamlandi",
    State.REFUSED: "imtina",
    State.FORWARDED: "yonlendirildi",
    State.RECALLED: "geri_alindi",
}
HABITS = Habits(
    accept=5,
    begin=9,
    wait_for_information=18,
    finish=38,
    note_texts={
        State.ACCEPTED: ("Müraciət qəbul edilib.", "Qeydiyyata alınıb."),
        State.IN_PROGRESS: ("Baxılmaqdadır.", "Komissiya ünvana baxış keçirir."),
        State.INFORMATION_NEEDED: ("Əlavə məlumat gözlənilir.", "Yaşayış yerindən arayış lazımdır."),
        State.DONE: ("Məsələ həll olundu.", "Müsbət qərar qəbul edildi.", "Növbəyə götürüldü."),
        State.FORWARDED: ("Aidiyyəti üzrə baxılmalıdır.",),
    },
    reasons=(
        ("sened_catismir", "Sənədlər tam təqdim edilməyib."),
        ("esas_yoxdur", "Müraciət üçün hüquqi əsas yoxdur."),
        ("ray_uzre_deyil", "Ünvan rayonun inzibati ərazisinə daxil deyil."),
    ),
    redirects=("mlspp",),
)


class Vetendas(Form):
    """The person concerned."""

    soyad: str | None = None
    ad: str | None = None
    ata_adi: str | None = None
    unvan: str | None = None
    telefon: str | None = None


class Muraciet(Form):
    """A new registration; `son_tarix` in milliseconds since 1970."""

    nomre: str = Field(min_length=1, max_length=200)
    xidmet: str = Field(min_length=1)
    vetendas: Vetendas
    son_tarix: int = Field(ge=0, le=32_503_680_000_000)
    bildiris_url: str = Field(pattern=r"^https?://")


class GeriGoturme(Form):
    """Takes a registration back, by the sender's number; `tarix` in milliseconds since 1970."""

    nomre: str = Field(min_length=1, max_length=200)
    mesaj: str = Field(min_length=1, max_length=200)
    tarix: int = Field(ge=0, le=32_503_680_000_000)


class Elave(Form):
    """What the applicant gave later."""

    nomre: str = Field(min_length=1, max_length=200)
    mesaj: str = Field(min_length=1, max_length=200)
    metn: str = Field(min_length=1)


class LocalExecutive:
    """Dialect of the executive power `agency`: all of them have the same system."""

    habits = HABITS
    first_state = State.REGISTERED

    def __init__(self, agency: str) -> None:
        self.agency = agency

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """A whole number."""
        return str(_FIRST_NUMBER + number)

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/deyisiklikler`."""
        return {
            "id": change.change_id,
            "qeydiyyat": int(change.reference),
            "nomre": change.key,
            "veziyyet": STATES[change.state],
            "tarix": (change.at - _EPOCH) // _MILLISECOND,
            "qeyd": change.note_text,
            "sebeb": change.reason,
            "hara": change.redirect_to,
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"xeta", "izah"}`."""
        return {"xeta": code, "izah": message}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/muraciet` and `/deyisiklikler`, guarded by HTTP Basic; `token` is "user:password"."""
        expected = f"Basic {base64.b64encode(token.encode()).decode()}"

        def authenticated(authorization: str = Header("")) -> None:
            if not secrets.compare_digest(authorization.encode(), expected.encode()):
                raise unauthorised('Basic realm="muraciet"')

        router = APIRouter(dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/deyisiklikler")
        async def changes(
            son_id: int = Query(0, ge=0), say: int = Query(100, ge=1, le=1000)
        ) -> dict[str, Any]:
            return {"siyahi": [self.change_item(change) for change in await book.changes_after(son_id, say)]}

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("/muraciet")
        async def create(muraciet: Muraciet, request: Request) -> dict[str, Any]:
            due_at = _EPOCH + muraciet.son_tarix * _MILLISECOND
            submission = Submission(
                muraciet.nomre, muraciet.xidmet, due_at, muraciet.bildiris_url, muraciet.field_names()
            )
            assignment, _ = await book.submit(submission, request.receive)
            return registration(assignment, assignment.first_state)

        @router.get("/muraciet")
        async def look_up(nomre: str) -> dict[str, Any]:
            assignment = await book.find("key", nomre)
            return {"siyahi": [] if assignment is None else [registration(assignment, assignment.state)]}

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """Messages, by the sender's own number of the registration."""

        @router.post("/muraciet/geri")
        async def take_back(form: GeriGoturme, request: Request) -> dict[str, Any]:
            message = Message(form.mesaj, "recall", "key", form.nomre, form.field_names())
            assignment, _ = await take_message(book, message, request.receive)
            return registration(assignment, assignment.state)

        @router.post("/muraciet/elave")
        async def add(form: Elave, request: Request) -> dict[str, Any]:
            message = Message(form.mesaj, "information", "key", form.nomre, form.field_names())
            assignment, _ = await take_message(book, message, request.receive)
            return registration(assignment, assignment.state)


def registration(assignment: Assignment, state: State) -> dict[str, Any]:
    """A registration as it stands, or as it stood when it was accepted."""
    return {"qeydiyyat": int(assignment.reference), "nomre": assignment.key, "veziyyet": STATES[state]}
