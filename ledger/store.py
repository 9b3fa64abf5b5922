"""The ledger in PostgreSQL: append or adopt, in one transaction with the read model and the outbox."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.database import Database
from kit.errors import PermanentError
from kit.outbox import enqueue
from ledger.chain import GENESIS, canonical, verify
from ledger.messages import message
from ledger.tables import cases, events, outbox, steps, tracks
from schemas.case_events import RecordedEvent


class BrokenChainError(PermanentError):
    """The stored history of a case does not verify, or does not continue what the case knows. An alarm."""


@dataclass(frozen=True)
class ReadModel:
    """The rows that show a case as it is after an append. `case` has the columns of `ledger.cases`."""

    case: Mapping[str, Any]
    tracks: Sequence[Mapping[str, Any]] = ()
    steps: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Recorded:
    """What stands in the ledger from a sequence on; `adopted` when it stood there already."""

    events: tuple[RecordedEvent, ...]
    adopted: bool


class Ledger:
    """Appends to and reads from the history of cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append_or_adopt(
        self, case_id: str, after: int, head: str, proposed: Sequence[RecordedEvent], model: ReadModel | None
    ) -> Recorded:
        """Append `proposed`, which follow on sequence `after` with hash `head`; or return what stands there.

        With nothing proposed it only reads. The ledger decides: where entries stand after `after`, they
        are returned with their chain verified, and nothing is written.

        Raises:
            BrokenChainError: what stands there does not verify, or does not follow on `head`.
        """
        try:
            async with self._database.transaction() as connection:
                stored = await self._stored(connection, case_id, after, head)
                if stored or not proposed:
                    return Recorded(stored, adopted=bool(stored))
                await _append(connection, proposed, model)
                failpoints.hit("ledger.before_commit")
        except IntegrityError:  # another turn of the same case was faster: what it wrote stands
            async with self._database.transaction() as connection:
                return Recorded(await self._stored(connection, case_id, after, head), adopted=True)
        failpoints.hit("ledger.after_commit")
        return Recorded(tuple(proposed), adopted=False)

    async def history(self, case_id: str) -> tuple[RecordedEvent, ...]:
        """The whole history of a case, not verified; empty when there is none."""
        return tuple(RecordedEvent.model_validate_json(body) for body in await self.entries(case_id))

    async def entries(self, case_id: str) -> tuple[str, ...]:
        """The stored entries of a case as text, in order: what `ledger.chain.verify` takes."""
        async with self._database.transaction() as connection:
            query = select(events.c.body).where(events.c.case_id == case_id).order_by(events.c.seq)
            return tuple((await connection.execute(query)).scalars())

    async def case_ids(self) -> AsyncIterator[str]:
        """The ids of all cases that have a history, in order of id, streamed."""
        async with self._database.transaction() as connection:
            query = select(events.c.case_id).distinct().order_by(events.c.case_id)
            async for row in await connection.stream(query):
                yield row.case_id

    async def case(self, case_id: str) -> Row[Any] | None:
        """The read model's row of a case."""
        async with self._database.transaction() as connection:
            return (await connection.execute(select(cases).where(cases.c.case_id == case_id))).one_or_none()

    async def _stored(
        self, connection: AsyncConnection, case_id: str, after: int, head: str
    ) -> tuple[RecordedEvent, ...]:
        query = (
            select(events.c.seq, events.c.hash, events.c.body)
            .where(events.c.case_id == case_id, events.c.seq >= after)
            .order_by(events.c.seq)
        )
        rows = (await connection.execute(query)).all()
        known = next((row.hash for row in rows if row.seq == after), GENESIS)
        if known != head:
            raise BrokenChainError(
                "ledger.head_differs",
                f"case {case_id}: entry {after} is not the one the case continues from",
                remedy="Run `vahid doctor`; compare with the witness before anything is written.",
            )
        entries = [row.body for row in rows if row.seq > after]
        faults = verify(entries, after=after, head=head)
        if faults:
            raise BrokenChainError(
                faults[0].code,
                f"case {case_id}: entry {faults[0].seq} does not verify",
                remedy="Run `vahid doctor`; compare with the witness before anything is written.",
            )
        return tuple(RecordedEvent.model_validate_json(entry) for entry in entries)


async def _append(
    connection: AsyncConnection, proposed: Sequence[RecordedEvent], model: ReadModel | None
) -> None:
    bodies = [canonical(event) for event in proposed]
    rows = [
        {
            "case_id": event.case_id,
            "seq": event.seq,
            "type": event.body.type,
            "recorded_at": event.recorded_at,
            "cause": event.cause,
            "body": body,
            "prev_hash": event.prev_hash,
            "hash": event.hash,
        }
        for event, body in zip(proposed, bodies, strict=True)
    ]
    await connection.execute(_INSERT_EVENTS, rows)
    if model is not None:
        await _upsert(connection, cases, [model.case])
        await _upsert(connection, tracks, model.tracks)
        await _upsert(connection, steps, model.steps)
    messages = [message(event, body) for event, body in zip(proposed, bodies, strict=True)]
    await enqueue(connection, outbox, messages)


async def _upsert(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await connection.execute(_UPSERTS[table], list(rows))


def _upsert_statement(table: Table) -> Insert:
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


# Built once, so that SQLAlchemy compiles each once: with the rows inside it would do so each turn.
_INSERT_EVENTS = insert(events)
_UPSERTS = {table: _upsert_statement(table) for table in (cases, tracks, steps)}
