"""What `vahid case` reads: the read model and the ledger. Nothing personal is opened."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from kit.database import Database
from kit.settings import Settings
from ledger.store import Ledger
from ledger.tables import cases, events, steps

_ENDED = ("fulfilled", "refused", "cancelled", "forwarded")


async def find_cases(
    settings: Settings, *, status: str | None, agency: str | None, late: bool, limit: int
) -> list[dict[str, Any]]:
    """The cases that match, the ones due first at the top, with `late` as of business time now."""
    now = settings.clock.now()
    query = select(
        cases.c.case_id,
        cases.c.state["appeals"][0]["tracking_number"].astext.label("tracking_number"),
        cases.c.status,
        cases.c.outcome,
        cases.c.opened_at,
        cases.c.due_at,
        cases.c.closed_at,
        _waiting_for().label("waiting_for"),
    ).order_by(cases.c.due_at, cases.c.case_id)
    if status:
        query = query.where(cases.c.status == status)
    if agency:
        open_there = (steps.c.case_id == cases.c.case_id) & (steps.c.agency_id == agency)
        query = query.where(exists().where(open_there, steps.c.status.not_in((*_ENDED, "waiting"))))
    if late:
        query = query.where(cases.c.status == "open", cases.c.due_at < now)
    async with _database(settings) as database, database.transaction() as connection:
        rows = (await connection.execute(query.limit(limit))).mappings().all()
    return [{**row, "late": _is_late(row["due_at"], row["closed_at"], now)} for row in rows]


async def read_case(settings: Settings, case: str) -> dict[str, Any] | None:
    """One case whole: `case` (folded state), `history` (entries as stored), `now` (business time)."""
    case_id = await case_id_of(settings, case)
    if case_id is None:
        return None
    async with _database(settings) as database:
        ledger = Ledger(database)
        row = await ledger.case(case_id)
        entries = await ledger.entries(case_id)
    state = {} if row is None else row.state
    return {
        "case": state,
        "history": [json.loads(entry) for entry in entries],
        "now": settings.clock.now(),
    }


async def case_id_of(settings: Settings, case: str) -> str | None:
    """The id of the case that is called `case`: a case id, or the tracking number of one of its appeals."""
    path, named = "$.appeals[*] ? (@.tracking_number == $number)", func.jsonb_build_object("number", case)
    tracking = func.jsonb_path_exists(cases.c.state, cast(path, JSONPATH), named)
    async with _database(settings) as database, database.transaction() as connection:
        known = select(events.c.case_id).where(events.c.case_id == case).limit(1)
        found = await connection.scalar(known)
        return str(found) if found else await connection.scalar(select(cases.c.case_id).where(tracking))


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
    database = Database(settings.database_url, pool_size=2)
    try:
        yield database
    finally:
        await database.close()
