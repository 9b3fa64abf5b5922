"""The list of cases, with its filter in the address, and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, field_validator

from casework.computed_on_read import Moment
from casework.queries.case_details import find_case_id
from casework.queries.case_list import CaseFilter, CaseSummary, count_cases, list_cases
from catalogue.model import Catalogue
from kit.clock import Clock
from kit.database import Database
from kit.printable import printable_line
from services.console.access import Access
from services.console.page import Pages
from services.console.sessions import Session

PAGE_SIZE = 50
MOST_ROWS = 10_000
"""Rows of a CSV file."""

_FORMULA = ("=", "+", "-", "@")
_MARKS = ("late", "at_risk", "stuck", "tasks", "agenda", "triage")


class ListAddress(BaseModel):
    """The filter of a list, as its address has it. An empty field filters nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: str | None = None
    agency: str | None = None
    service: str | None = None
    district: str | None = None
    number: str | None = None
    today: str | None = None
    late: bool = False
    at_risk: bool = False
    stuck: bool = False
    tasks: bool = False
    agenda: bool = False
    triage: bool = False
    page: int = 1

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        return None if value == "" else printable_line(value) if isinstance(value, str) else value

    @field_validator("late", "at_risk", "stuck", "tasks", "agenda", "triage", mode="before")
    @classmethod
    def _mark(cls, value: object) -> object:
        return value == "1" or value is True

    @field_validator("page", mode="before")
    @classmethod
    def _page(cls, value: object) -> int:
        text = str(value)
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1

    def filter(self, moment: Moment) -> CaseFilter:
        """What it selects as of `moment`."""
        return CaseFilter(
            status=self.status,
            agency=self.agency,
            service=self.service,
            district=self.district,
            number=self.number,
            opened_since=moment.midnight if self.today == "received" else None,
            closed_since=moment.midnight if self.today == "answered" else None,
            **{mark: getattr(self, mark) for mark in _MARKS},
        )

    def query(self, **changed: object) -> str:
        """The address's query, with some of its fields changed."""
        fields = self.model_dump(exclude_defaults=True) | changed
        shown = {name: "1" if value is True else str(value) for name, value in fields.items() if value}
        return urlencode(shown)


def cases_routes(
    pages: Pages, access: Access, database: Database, catalogue: Catalogue, clock: Clock
) -> APIRouter:
    """GET /cases and /cases.csv."""
    router = APIRouter(include_in_schema=False)
    Watcher = Annotated[Session, Depends(access.allows("watch"))]
    choices = _choices(catalogue)

    def moment_now() -> Moment:
        return Moment.of(catalogue.calendar, clock.now())

    @router.get("/cases")
    async def show(request: Request, session: Watcher) -> Response:
        address = ListAddress.model_validate(dict(request.query_params))
        if address.number and (case := await find_case_id(database, address.number)):
            return RedirectResponse(f"/cases/{case}", 303)
        moment = moment_now()
        wanted = address.filter(moment)
        found = await list_cases(database, wanted, moment, PAGE_SIZE, (address.page - 1) * PAGE_SIZE)
        number = await count_cases(database, wanted, moment)
        values: dict[str, Any] = {"found": found, "number": number, "filter": address, "choices": choices}
        last = max(1, -(-number // PAGE_SIZE))
        return pages.show(request, "cases.html.j2", session, last=last, moment=moment, **values)

    @router.get("/cases.csv")
    async def export(request: Request, _session: Watcher) -> Response:
        address = ListAddress.model_validate(dict(request.query_params))
        moment = moment_now()
        found = await list_cases(database, address.filter(moment), moment, MOST_ROWS)
        headers = {"Content-Disposition": 'attachment; filename="cases.csv"'}
        return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def as_csv(cases: Iterable[CaseSummary]) -> str:
    """The cases as CSV (RFC 4180): nothing in a cell is a formula or breaks its line."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [name for name in CaseSummary.model_fields if name != "suggestions"]
    writer.writerow(names)
    for case in cases:
        fields: Mapping[str, object] = case.model_dump(mode="json")
        writer.writerow([_cell(fields[name]) for name in names])
    return text.getvalue()


def _cell(value: object) -> str:
    text = (
        " ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    )
    text = printable_line(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _choices(catalogue: Catalogue) -> dict[str, list[str]]:
    return {
        "agency": sorted(catalogue.agencies),
        "service": sorted(catalogue.passports),
        "district": sorted(catalogue.vocabularies.districts),
    }
