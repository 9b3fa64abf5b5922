"""The list of cases, from the read model. Nothing personal is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from casework.computed_on_read import (
    Moment,
    at_risk,
    has_task,
    is_case_late,
    open_and_late,
    stuck,
    waiting_for,
    waits,
)
from kit.database import Database
from ledger.tables import cases, steps, tracks
from schemas.case_lifecycle_events import Outcome
from schemas.frozen import Code, Frozen, Instant
from workflows.case.rules import TRIAGE


@dataclass(frozen=True)
class CaseFilter:
    """Which cases to list: with a running step at `agency`, with an open task, or with one of the agenda.

    `triage`: with an appeal that a person must place. `service` is that of one of its tracks, `district` that
    of its first appeal, `number` the tracking number of an appeal, `opened_since` and `closed_since` when it
    was received and ended at the earliest.
    """

    status: str | None = None
    agency: str | None = None
    service: Code | None = None
    district: Code | None = None
    number: str | None = None
    opened_since: datetime | None = None
    closed_since: datetime | None = None
    late: bool = False
    at_risk: bool = False
    stuck: bool = False
    tasks: bool = False
    agenda: bool = False
    triage: bool = False


class CaseSummary(Frozen):
    """A case in a list. `late` is computed on read; `tasks` are the ids of the open tasks.

    `services` are those of its tracks, `suggestions` those that its appeal in triage may mean, the likeliest
    first.
    """

    case_id: str
    tracking_number: str
    status: str
    outcome: Outcome | None
    waiting_for: tuple[str, ...]
    opened_at: Instant
    due_at: Instant | None
    closed_at: Instant | None
    late: bool
    tasks: tuple[str, ...]
    suggestions: tuple[Code, ...] = ()
    services: tuple[Code, ...] = ()


async def list_cases(
    database: Database, wanted: CaseFilter, moment: Moment, limit: int, after: int = 0
) -> tuple[CaseSummary, ...]:
    """The cases that match as of `moment`, the earliest due first, without the first `after` of them."""
    query = _summaries().where(*_conditions(wanted, moment)).limit(limit).offset(after)
    async with database.transaction() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(_summary(dict(row), moment.now) for row in rows)


async def count_cases(database: Database, wanted: CaseFilter, moment: Moment) -> int:
    """How many cases match as of `moment`."""
    query = select(func.count()).select_from(cases).where(*_conditions(wanted, moment))
    async with database.transaction() as connection:
        return int(await connection.scalar(query) or 0)


async def count_open_cases(database: Database) -> int:
    """How many cases are open."""
    query = select(func.count()).select_from(cases).where(cases.c.status == "open")
    async with database.transaction() as connection:
        return int(await connection.scalar(query) or 0)


async def open_case_ids(database: Database, after: str, limit: int) -> list[str]:
    """The next ids of open cases, in order of id, after the id `after`."""
    query = select(cases.c.case_id).where(cases.c.status == "open", cases.c.case_id > after)
    async with database.transaction() as connection:
        return list((await connection.execute(query.order_by(cases.c.case_id).limit(limit))).scalars())


def _summaries() -> Select[Any]:
    return select(
        cases.c.case_id,
        cases.c.tracking_numbers[0].astext.label("tracking_number"),
        cases.c.status,
        cases.c.outcome,
        cases.c.opened_at,
        cases.c.due_at,
        cases.c.closed_at,
        cases.c.in_time,
        func.jsonb_path_query_array(cases.c.open_tasks, cast("$[*].id", JSONPATH)).label("tasks"),
        cases.c.suggestions,
        waiting_for().label("waiting_for"),
        _services().label("services"),
    ).order_by(cases.c.due_at, cases.c.case_id)


def _services() -> ScalarSelect[list[str] | None]:
    """The services of a row of `ledger.cases`, in order; NULL for none."""
    asked = func.array_agg(tracks.c.service.distinct())
    return select(asked).where(tracks.c.case_id == cases.c.case_id).scalar_subquery()


def _conditions(wanted: CaseFilter, moment: Moment) -> Iterator[ColumnElement[bool]]:
    yield from _column_conditions(wanted)
    yield from _computed_conditions(wanted, moment)
    yield from _step_conditions(wanted)


def _column_conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.status:
        yield cases.c.status == wanted.status
    if wanted.district:
        yield cases.c.district == wanted.district
    if wanted.number:
        yield cases.c.tracking_numbers.contains([wanted.number])
    if wanted.opened_since:
        yield cases.c.opened_at >= wanted.opened_since
    if wanted.closed_since:
        yield cases.c.closed_at >= wanted.closed_since
    if wanted.agenda:
        yield cases.c.open_tasks.contains([{"before": "commission"}])


def _computed_conditions(wanted: CaseFilter, moment: Moment) -> Iterator[ColumnElement[bool]]:
    if wanted.late:
        yield open_and_late(moment.now)
    if wanted.at_risk:
        yield at_risk(moment)
    if wanted.stuck:
        yield stuck(moment)
    if wanted.tasks:
        yield has_task()


def _step_conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    of_case = steps.c.case_id == cases.c.case_id
    if wanted.agency:
        yield exists().where(of_case, steps.c.agency_id == wanted.agency, waits())
    if wanted.triage:
        yield exists().where(of_case, steps.c.step.endswith(f".{TRIAGE}", autoescape=True), waits())
    if wanted.service:
        yield exists().where(tracks.c.case_id == cases.c.case_id, tracks.c.service == wanted.service)


def _summary(row: dict[str, Any], now: datetime) -> CaseSummary:
    late = is_case_late(row["due_at"], row["closed_at"], row["in_time"], now)
    return CaseSummary.model_validate(
        {**row, **{name: row[name] or () for name in ("waiting_for", "services")}, "late": late}
    )
