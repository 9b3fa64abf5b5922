"""Reads every case from the ledger's tables, and checks each alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Table, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from doctor.case_invariants import StoredCase, check_case
from doctor.findings import Examination
from doctor.ledger_index import LedgerIndex
from kit.database import Database
from ledger.tables import cases, events, steps, tracks
from schemas.case_events import RecordedEvent

Progress = Callable[[int, int], None]
"""Called with the number of cases checked so far and of all cases."""

BATCH = 200
# A case that records events between two queries would show a read model that is ahead of its history.
_ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def examine_cases(
    database: Database, index: LedgerIndex, found: Examination, progress: Progress
) -> set[str]:
    """Check every case, and fill `index`. Return the unfinished cases: open, or with something to send."""
    ids = await _case_ids(database)
    unfinished: set[str] = set()
    open_cases = 0
    for start in range(0, len(ids), BATCH):
        for case in await _read(database, ids[start : start + BATCH]):
            found.findings += check_case(case)
            open_cases += _is_open(case)
            if _is_unfinished(case):
                unfinished.add(case.case_id)
            index.heads[case.case_id] = max((row["seq"] for row in case.columns), default=0)
            for event in _readable(case.entries):
                index.add(event)
        progress(min(start + BATCH, len(ids)), len(ids))
    found.counts |= {"cases": len(ids), "events": len(index.event_ids), "open cases": open_cases}
    return unfinished


async def read_on(database: Database, index: LedgerIndex) -> None:
    """Add to `index` what was recorded since: every entry behind the last one read of its case."""
    async with database.transaction() as connection:
        await connection.execute(_ONE_SNAPSHOT)
        heads = select(events.c.case_id, func.max(events.c.seq).label("head")).group_by(events.c.case_id)
        for row in (await connection.execute(heads)).all():
            known = index.heads.get(row.case_id, 0)
            if row.head > known:
                later = (
                    select(events.c.entry)
                    .where(events.c.case_id == row.case_id, events.c.seq > known)
                    .order_by(events.c.seq)
                )
                for event in _readable((await connection.execute(later)).scalars()):
                    index.add(event)
                index.heads[row.case_id] = row.head


async def still_unfinished(database: Database, ids: set[str]) -> set[str]:
    """Those of the cases `ids` that are unfinished now."""
    unfinished = or_(cases.c.status == "open", cases.c.unsent)
    async with database.transaction() as connection:
        query = select(cases.c.case_id).where(cases.c.case_id.in_(ids), unfinished)
        return set((await connection.execute(query)).scalars())


def _is_open(case: StoredCase) -> bool:
    return case.row is not None and case.row["status"] == "open"


def _is_unfinished(case: StoredCase) -> bool:
    return _is_open(case) or (case.row is not None and case.row["unsent"])


def _readable(entries: Iterable[str]) -> Iterator[RecordedEvent]:
    """The entries that are events, whether or not their chain verifies: a broken chain loses no appeal."""
    for entry in entries:
        with suppress(ValidationError):  # `check_case` found it
            yield RecordedEvent.model_validate_json(entry)


async def _case_ids(database: Database) -> list[str]:
    async with database.transaction() as connection:
        query = select(events.c.case_id).union(select(cases.c.case_id))
        return list((await connection.execute(query)).scalars())


async def _read(database: Database, ids: list[str]) -> list[StoredCase]:
    async with database.transaction() as connection:
        await connection.execute(_ONE_SNAPSHOT)
        entries = await _by_case(connection, events, ids, events.c.seq)
        rows = await _by_case(connection, cases, ids)
        track_rows = await _by_case(connection, tracks, ids)
        step_rows = await _by_case(connection, steps, ids)
    return [
        StoredCase(
            case_id=case_id,
            entries=[row["entry"] for row in entries[case_id]],
            columns=entries[case_id],
            row=next(iter(rows[case_id]), None),
            tracks=track_rows[case_id],
            steps=step_rows[case_id],
        )
        for case_id in ids
    ]


async def _by_case(
    connection: AsyncConnection, table: Table, ids: list[str], *order: Any
) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    query = select(table).where(table.c.case_id.in_(ids)).order_by(*order)
    for row in (await connection.execute(query)).mappings():
        grouped[row["case_id"]].append(dict(row))
    return grouped
