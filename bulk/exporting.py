"""Exports the accepted appeals, streamed: each from a cursor of the server to the file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bulk.importing.columns import EXPORT_COLUMNS, FIELDS, SEALED_FIELDS
from bulk.spreadsheet import NeutralWriter
from kit.database import Database
from kit.errors import PermanentError
from kit.printable import printable_json
from kit.vault import KeyDestroyedError, Vault
from ledger.tables import cases
from services.intake.tables import appeals
from services.router.hand_over_lookup import taker_of
from services.router.tables import routing_decisions

ROWS_AT_ONCE = 500
EVERYTHING = "all"
_OPEN_FIELDS = FIELDS - set(EXPORT_COLUMNS)
OPEN_COLUMNS = (*EXPORT_COLUMNS, *(column.name for column in appeals.c if column.name in _OPEN_FIELDS))
"""What needs no key: what an import passes over, then the fields that an appeal's table has in the open."""
_OF_CASE = {"case_id": routing_decisions.c.case_id, "status": cases.c.status, "outcome": cases.c.outcome}


@dataclass(frozen=True)
class Window:
    """When an appeal was received, in business time: `until` is excluded, None leaves a side open."""

    since: datetime | None
    until: datetime | None


def fields_of(given: str | None) -> tuple[str, ...]:
    """The sealed fields that are named, in order; none for None.

    Raises:
        PermanentError: `export.no_field`.
    """
    if not given:
        return ()
    if given == EVERYTHING:
        return tuple(sorted(SEALED_FIELDS))
    fields = tuple(name.strip() for name in given.split(",") if name.strip())
    if unknown := [name for name in fields if name not in SEALED_FIELDS and not name.startswith("details.")]:
        known = ", ".join(sorted(SEALED_FIELDS))
        remedy = f"Fields: {known}, details.<name>."
        raise PermanentError(
            "export.no_field", f"There is no sealed field {', '.join(unknown)}.", remedy=remedy
        )
    return fields


async def export_appeals(
    database: Database,
    vault: Vault | None,
    fields: Sequence[str],
    window: Window,
    format_: str,
    file: IO[str],
) -> int:
    """Write the appeals of `window` with the opened `fields`; return their number. `format_`: csv or jsonl.

    `vault` opens the fields; None where there are none.
    The fields of an appeal whose key was destroyed are empty.
    """
    writer = _CsvWriter(file, fields) if format_ == "csv" else _LinesWriter(file)
    count = 0
    async with database.transaction() as reading, database.transaction() as keys:
        streamed = await reading.stream(_query(window).execution_options(yield_per=ROWS_AT_ONCE))
        async for row in streamed:
            opened = await _opened(keys, vault, row, fields) if vault else {}
            writer.write(_open_cells(row, await _current_case(keys, row)), opened)
            count += 1
    return count


def _query(window: Window) -> Select[Any]:
    query = (
        select(
            *(_OF_CASE[name] if name in _OF_CASE else appeals.c[name] for name in OPEN_COLUMNS),
            appeals.c.sealed,
        )
        .select_from(appeals)
        .outerjoin(routing_decisions, routing_decisions.c.appeal_id == appeals.c.appeal_id)
        .outerjoin(cases, cases.c.case_id == routing_decisions.c.case_id)
        .order_by(appeals.c.received_at, appeals.c.tracking_number)
    )
    if window.since:
        query = query.where(appeals.c.received_at >= window.since)
    return query.where(appeals.c.received_at < window.until) if window.until else query


@dataclass(frozen=True)
class _CurrentCase:
    """The case that has the appeal now, and its state."""

    case_id: str | None
    status: str | None
    outcome: str | None


async def _current_case(connection: AsyncConnection, row: Row[Any]) -> _CurrentCase:
    """The case to which the appeal was routed, or the one that took it over from there."""
    case, visited = _CurrentCase(row.case_id, row.status, row.outcome), set[str | None]()
    while case.status == "handed_over" and case.case_id not in visited:  # it may be on its way back
        visited.add(case.case_id)
        taker = await taker_of(connection, str(case.case_id))
        query = select(cases.c.status, cases.c.outcome).where(cases.c.case_id == taker)
        found = (await connection.execute(query)).first()
        case = _CurrentCase(taker, found and found.status, found and found.outcome)
    return case


def _open_cells(row: Row[Any], case: _CurrentCase) -> dict[str, Any]:
    return {
        **{name: row._mapping[name] for name in OPEN_COLUMNS},
        "case_id": case.case_id,
        "received_at": row.received_at.isoformat(),
        "status": case.status or "accepted",
        "outcome": case.outcome,
    }


async def _opened(
    connection: AsyncConnection, vault: Vault, row: Row[Any], fields: Sequence[str]
) -> dict[str, str | None]:
    try:
        content = json.loads(await vault.open(connection, row.sealed))
    except KeyDestroyedError:
        return dict.fromkeys(fields)
    return {name: _at(content, name) for name in fields}


def _at(content: Mapping[str, Any], name: str) -> str | None:
    value: Any = content
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return None if value is None else str(value)


class _CsvWriter:
    """With the mark by which a spreadsheet knows UTF-8, and no cell that is a formula."""

    def __init__(self, file: IO[str], fields: Sequence[str]) -> None:
        file.write("\ufeff")
        self._writer = NeutralWriter(file)
        self._writer.write((*OPEN_COLUMNS, *fields))

    def write(self, cells: Mapping[str, Any], opened: Mapping[str, str | None]) -> None:
        self._writer.write(_text(cell) for cell in {**cells, **opened}.values())


class _LinesWriter:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, cells: Mapping[str, Any], opened: Mapping[str, str | None]) -> None:
        self._file.write(printable_json({**cells, **opened}) + "\n")


def _text(cell: object) -> str:
    if isinstance(cell, list):
        return " ".join(cell)
    return "" if cell is None else str(cell)
