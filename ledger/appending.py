"""The one statement that writes a batch: entries, read model and outbox, if the history ends as it should.

A query first and one statement for each table would make six; each costs the worker nearly as much as this
one. The rows of a table go in as one array for each column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    Integer,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.outbox.table import outbox_rows
from ledger.chain import GENESIS, canonical
from ledger.messages import message
from ledger.tables import cases, events, outbox, steps, tracks
from schemas.case_events import RecordedEvent


@dataclass(frozen=True)
class ReadModel:
    """The rows that show a case as it is after an append. `case` has the columns of `ledger.cases`.

    `gone` are the keys of steps that the case has no more: their rows are deleted.
    """

    case: Mapping[str, Any]
    tracks: Sequence[Mapping[str, Any]] = ()
    steps: Sequence[Mapping[str, Any]] = ()
    gone: Sequence[str] = ()


async def append(
    connection: AsyncConnection,
    case_id: str,
    after: int,
    head: str,
    proposed: Sequence[RecordedEvent],
    model: ReadModel | None,
) -> bool:
    """Write `proposed`, their read model and their messages, if the last entry is `after` with hash `head`.

    Returns whether they were written; else nothing was.

    Raises:
        sqlalchemy.exc.IntegrityError: another batch wrote the same entries at the same time.
    """
    parameters = {"case_id": case_id, "after": after, "head": head, **rows_of(proposed, model)}
    return bool((await connection.execute(STATEMENT, parameters)).scalar_one())


def rows_of(proposed: Sequence[RecordedEvent], model: ReadModel | None) -> dict[str, list[Any]]:
    """What is written, as the statement takes it: one array for each column of each table."""
    entries = [canonical(event) for event in proposed]
    rows: dict[Table, Sequence[Mapping[str, Any]]] = {
        events: [_entry(event, entry) for event, entry in zip(proposed, entries, strict=True)],
        cases: [model.case] if model else [],
        tracks: model.tracks if model else [],
        steps: model.steps if model else [],
        outbox: outbox_rows([message(event, entry) for event, entry in zip(proposed, entries, strict=True)]),
    }
    arrays = {
        _parameter(table, name): [row[name] for row in rows[table]]
        for table, names in _COLUMNS.items()
        for name in names
    }
    return {"gone": list(model.gone) if model else [], **arrays}


def _entry(event: RecordedEvent, entry: str) -> dict[str, Any]:
    return {
        "case_id": event.case_id,
        "seq": event.seq,
        "type": event.payload.type,
        "recorded_at": event.recorded_at,
        "cause": event.cause,
        "entry": entry,
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }


def _columns(table: Table) -> list[str]:
    """The columns that a row gives; the others have defaults."""
    return [field.name for field in table.c if field.name not in ("id", "created_at", "published_at")]


def _parameter(table: Table, name: str) -> str:
    return f"{table.name}_{name}"


def _insert(table: Table, continues: CTE) -> Insert:
    """Insert the rows in their order; where a row of the read model stands already, it is replaced."""
    names = _COLUMNS[table]
    given = func.unnest(
        *(bindparam(_parameter(table, name), type_=ARRAY(table.c[name].type, dimensions=1)) for name in names)
    )
    typed = [column(name, table.c[name].type) for name in names]
    rows = given.table_valued(*typed, with_ordinality="place").render_derived(name=f"{table.name}_rows")
    chosen = select(*(rows.c[name] for name in names)).where(exists(select(continues.c.yes)))
    statement = insert(table).from_select(names, chosen.order_by(rows.c.place))
    if table not in (cases, tracks, steps):
        return statement
    keys = [field.name for field in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _statement() -> Select[int]:
    case_id, after = bindparam("case_id", type_=Text), bindparam("after", type_=Integer)
    head = bindparam("head", type_=Text)
    of_case = select(events.c.seq).where(events.c.case_id == case_id)
    at_start = and_(after == 0, head == literal(GENESIS))
    on_head = exists(of_case.where(events.c.seq == after, events.c.hash == head))
    last = ~exists(of_case.where(events.c.seq > after))
    continues = select(literal(1).label("yes")).where(last, or_(at_start, on_head)).cte("continues")
    written = _insert(events, continues).returning(events.c.seq).cte("written")
    others = [_insert(table, continues).cte(table.name) for table in (cases, tracks, steps, outbox)]
    gone = steps.c.step == any_(bindparam("gone", type_=ARRAY(Text)))
    is_written = exists(select(continues.c.yes))
    deleted = delete(steps).where(steps.c.case_id == case_id, gone, is_written).cte("gone_steps")
    return select(func.count()).select_from(written).add_cte(*others, deleted)


_COLUMNS = {table: _columns(table) for table in (events, cases, tracks, steps, outbox)}
STATEMENT = _statement()
