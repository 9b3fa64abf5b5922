"""What `vahid case` reads: the read model and the ledger. Nothing personal is opened."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from kit.database import Database
from kit.settings import Settings
from ledger.store import Ledger
from ledger.tables import cases, events, steps
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

_ENDED = ("fulfilled", "refused", "cancelled", "forwarded")
_OPEN_TASKS = "$.tasks[*] ? (!exists(@.decision))"


@dataclass(frozen=True)
class Wanted:
    """Which cases are looked for. `tasks`: a person must decide something; `agenda`: the Commission must."""

    status: str | None = None
    agency: str | None = None
    late: bool = False
    tasks: bool = False
    agenda: bool = False


async def find_cases(settings: Settings, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """The cases that match, the ones due first at the top, with `late` as of business time now.

    `tasks` are the ids of the tasks that nobody has decided.
    """
    now = settings.clock.now()
    query = select(
        cases.c.case_id,
        cases.c.state["appeals"][0]["tracking_number"].astext.label("tracking_number"),
        cases.c.status,
        cases.c.outcome,
        cases.c.opened_at,
        cases.c.due_at,
        cases.c.closed_at,
        func.jsonb_path_query_array(cases.c.state, cast(f"{_OPEN_TASKS}.id", JSONPATH)).label("tasks"),
        _waiting_for().label("waiting_for"),
    ).order_by(cases.c.due_at, cases.c.case_id)
    if wanted.status:
        query = query.where(cases.c.status == wanted.status)
    if wanted.agency:
        open_there = (steps.c.case_id == cases.c.case_id) & (steps.c.agency_id == wanted.agency)
        query = query.where(exists().where(open_there, steps.c.status.not_in((*_ENDED, "waiting"))))
    if wanted.late:
        query = query.where(cases.c.status == "open", cases.c.due_at < now)
    for path in _paths(wanted):
        query = query.where(func.jsonb_path_exists(cases.c.state, cast(path, JSONPATH)))
    async with _database(settings) as database, database.transaction() as connection:
        rows = (await connection.execute(query.limit(limit))).mappings().all()
    return [{**row, "late": _is_late(row["due_at"], row["closed_at"], now)} for row in rows]


def _paths(wanted: Wanted) -> list[str]:
    asked = {_OPEN_TASKS: wanted.tasks, f'{_OPEN_TASKS} ? (@.before == "commission")': wanted.agenda}
    return [path for path, is_asked in asked.items() if is_asked]


async def read_case(settings: Settings, case: str) -> dict[str, Any] | None:
    """One case whole: `case` (folded state), `history` (entries as stored), `now` (business time)."""
    case_id = await case_id_of(settings, case)
    if case_id is None:
        return None
    async with _database(settings) as database:
        ledger = Ledger(database)
        row = await ledger.case(case_id)
        entries = await ledger.entries(case_id)
        known = await ledger.history(case_id) if row is None else ()
    state = fold(CaseState(case_id=case_id), known) if row is None else CaseState.model_validate(row.state)
    return {
        "case": state.model_dump(mode="json", exclude_none=True),
        "history": [json.loads(entry) for entry in entries],
        "now": settings.clock.now(),
    }


async def case_id_of(settings: Settings, case: str) -> str | None:
    """The id of the case that is called `case`: a case id, or the tracking number of one of its appeals.

    An appeal whose tracks went to another case is in both: one that is open is meant before one that is not.
    """
    path, named = "$.appeals[*] ? (@.tracking_number == $number)", func.jsonb_build_object("number", case)
    tracking = func.jsonb_path_exists(cases.c.state, cast(path, JSONPATH), named)
    async with _database(settings) as database, database.transaction() as connection:
        known = select(events.c.case_id).where(events.c.case_id == case).limit(1)
        found = await connection.scalar(known)
        open_first = (cases.c.status == "open").desc(), cases.c.opened_at, cases.c.case_id
        meant = select(cases.c.case_id).where(tracking).order_by(*open_first).limit(1)
        return str(found) if found else await connection.scalar(meant)


def _waiting_for() -> Any:
    """The agencies with an open step of the case, joined."""
    query: Select[Any] = select(func.string_agg(steps.c.agency_id.distinct(), ", ")).where(
        steps.c.case_id == cases.c.case_id, steps.c.status.not_in((*_ENDED, "waiting"))
    )
    return query.scalar_subquery()


def _is_late(due_at: datetime | None, closed_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and (closed_at or now) > due_at


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url, pool_size=4)
    try:
        yield database
    finally:
        await database.close()
