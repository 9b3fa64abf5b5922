"""Ministry of Defence: Azerbaijani names in nested objects, dd.MM.yyyy in Baku, a slash in its numbers."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BeforeValidator, Field

from simulators.agency.assignments import AssignmentBook
from simulators.agency.dialects.dialect import Form, take_message, unauthorised
from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Habits, State
from simulators.agency.messages import Kind, Message
from simulators.agency.store.records import Assignment, Change, Submission

STATES = {
    State.REGISTERED: "Q0",
    State.ACCEPTED: "Q1",
    State.IN_PROGRESS: "I1",
    State.INFORMATION_NEEDED: "M1",
    State.DONE: "T1",
    State.REFUSED: "R1",
    State.FORWARDED: "G1",
    State.RECALLED: "L1",
}
HABITS = Habits(
    accept=4,
    begin=10,
    wait_for_information=16,
    finish=34,
    note_texts={
        State.ACCEPTED: ("Sorğu qeydə alındı.", "İcraya yönəldildi."),
        State.IN_PROGRESS: ("Arxivdə araşdırılır.", "Hərbi hissəyə sorğu göndərildi."),
        State.INFORMATION_NEEDED: ("Hərbi hissənin nömrəsi dəqiqləşdirilməlidir.", "Əlavə sənəd lazımdır."),
        State.DONE: ("Arayış verildi.", "Xidmət faktı təsdiq edildi."),
        State.FORWARDED: ("Səfərbərlik orqanının səlahiyyətindədir.",),
    },
    reasons=(
        ("S1", "Xidmət faktı təsdiqini tapmadı."),
        ("S2", "Sənədlər natamamdır."),
        ("S3", "Arayış əvvəllər verilib."),
    ),
    redirects=("SXCDX",),
)
_MINUTE, _SECOND = "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"


def _deadline(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a text dd.MM.yyyy HH:mm")
    return datetime.strptime(value, _MINUTE).replace(tzinfo=BAKU)


class AdSoyad(Form):
    """The names of a person."""

    soyad: str | None = None
    ad: str | None = None
    ataAdi: str | None = None


class Qulluqcu(Form):
    """The serviceman or his relative; `dogumTarixi` as dd.MM.yyyy."""

    adSoyad: AdSoyad = AdSoyad()
    fin: str | None = None
    dogumTarixi: str | None = Field(default=None, pattern=r"^\d\d\.\d\d\.\d{4}$")
    elaqe: str | None = None


class Melumat(Form):
    """What is asked; `sonTarix` as dd.MM.yyyy HH:mm in Baku."""

    xariciNomre: str = Field(min_length=1, max_length=200)
    xidmetKodu: str = Field(min_length=1)
    sonTarix: Annotated[datetime, BeforeValidator(_deadline)]
    bildirisUnvani: str = Field(pattern=r"^https?://")


class Sorgu(Form):
    """A new inquiry."""

    sorgu: Melumat
    qulluqcu: Qulluqcu = Qulluqcu()


class Bildiris(Form):
    """A notice: GERI recalls, MELUMAT gives information; `tarix` as dd.MM.yyyy HH:mm:ss in Baku."""

    nomre: str = Field(min_length=1, max_length=200)
    nov: Literal["GERI", "MELUMAT"]
    tarix: str = Field(pattern=r"^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$")


class SorguNomresi(Form):
    """The inquiry, by the ministry's number."""

    nomre: str = Field(min_length=1)


class Mektub(Form):
    """A notice and the inquiry it is about."""

    bildiris: Bildiris
    sorgu: SorguNomresi
    metn: str | None = None


class Mod:
    """Dialect of the ministry."""

    agency = "mod"
    habits = HABITS
    first_state = State.REGISTERED

    def reference(self, key: str, taken_at: datetime, number: int) -> str:
        """For example 2021/000123-SB."""
        return f"{taken_at.astimezone(BAKU).year}/{number:06d}-SB"

    def change_item(self, change: Change) -> dict[str, Any]:
        """An item of `/xidmet/v2/deyisiklikler`: without a sequence, ordered by its time."""
        return {
            "deyisiklik": {
                "no": change.change_id,
                "tarix": change.at.astimezone(BAKU).strftime(_SECOND),
            },
            "sorgu": {"nomre": change.reference, "xariciNomre": change.key},
            "veziyyet": {
                "kod": STATES[change.state],
                "qeyd": change.note_text,
                "sebeb": change.reason,
                "yoneldildi": change.redirect_to,
            },
        }

    def error(self, code: str, message: str) -> dict[str, Any]:
        """`{"xeta": {"kod", "metn"}}`."""
        return {"xeta": {"kod": code, "metn": message}}

    def routes(self, book: AssignmentBook, token: str) -> APIRouter:
        """`/xidmet/v2`, guarded by a key in a header."""

        def authenticated(x_sistem_acari: str = Header("")) -> None:
            if not secrets.compare_digest(x_sistem_acari.encode(), token.encode()):
                raise unauthorised("Acar")

        router = APIRouter(prefix="/xidmet/v2", dependencies=[Depends(authenticated)])
        self._add_changes(router, book)
        self._add_assignments(router, book)
        self._add_messages(router, book)
        return router

    def _add_changes(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.get("/deyisiklikler")
        async def changes(
            sonra: int = Query(0, ge=0), hedd: int = Query(100, ge=1, le=1000)
        ) -> dict[str, Any]:
            found = await book.changes_after(sonra, hedd)
            last = found[-1].change_id if found else sonra
            return {"netice": {"siyahi": [self.change_item(change) for change in found], "novbeti": last}}

    def _add_assignments(self, router: APIRouter, book: AssignmentBook) -> None:
        @router.post("/sorgular", status_code=201)
        async def create(sorgu: Sorgu, request: Request, response: Response) -> dict[str, Any]:
            asked = sorgu.sorgu
            fields = sorgu.field_names()
            submission = Submission(
                asked.xariciNomre, asked.xidmetKodu, asked.sonTarix, asked.bildirisUnvani, fields
            )
            assignment, new = await book.submit(submission, request.receive)
            response.status_code = 201 if new else 200
            return {"netice": inquiry(assignment, assignment.first_state)}

        @router.get("/sorgular")
        async def look_up(xarici_nomre: str = Query(alias="xariciNomre")) -> dict[str, Any]:
            assignment = await book.find("key", xarici_nomre)
            return {
                "netice": {"siyahi": [] if assignment is None else [inquiry(assignment, assignment.state)]}
            }

    def _add_messages(self, router: APIRouter, book: AssignmentBook) -> None:
        """One path for all notices; the inquiry is named in the body, because its number has a slash."""

        @router.post("/bildirisler", status_code=201)
        async def notice(mektub: Mektub, request: Request, response: Response) -> dict[str, Any]:
            kind: Kind = "recall" if mektub.bildiris.nov == "GERI" else "information"
            message = Message(
                mektub.bildiris.nomre, kind, "reference", mektub.sorgu.nomre, mektub.field_names()
            )
            assignment, new = await take_message(book, message, request.receive, closed=410)
            response.status_code = 201 if new else 200
            return {"netice": inquiry(assignment, assignment.state)}


def inquiry(assignment: Assignment, state: State) -> dict[str, Any]:
    """An inquiry as it stands, or as it stood when it was accepted."""
    return {"nomre": assignment.reference, "xariciNomre": assignment.key, "veziyyet": {"kod": STATES[state]}}
