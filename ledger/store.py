"""The ledger in PostgreSQL: append or adopt, in one statement with the read model and the outbox."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.database import Database
from kit.errors import PermanentError
from ledger.appending import ReadModel, append
from ledger.chain import GENESIS, verify
from ledger.tables import cases, events
from schemas.case_events import RecordedEvent


class BrokenChainError(PermanentError):
    """The stored history of a case does not verify, or does not continue what the case knows. An alarm."""


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
            async with self._database.statement() as connection:
                if proposed:
                    failpoints.hit("ledger.before_commit")
                if not proposed or not await append(connection, case_id, after, head, proposed, model):
                    stored = await self._stored(connection, case_id, after, head)
                    return Recorded(stored, adopted=bool(stored))
        except IntegrityError:
            async with self._database.statement() as connection:
                stored = await self._stored(connection, case_id, after, head)
            if not stored:
                raise
            return Recorded(stored, adopted=True)  # another batch of the same case was faster
        failpoints.hit("ledger.after_commit")
        return Recorded(tuple(proposed), adopted=False)

    async def history(self, case_id: str) -> tuple[RecordedEvent, ...]:
        """The whole history of a case, not verified; empty when there is none."""
        return tuple(RecordedEvent.model_validate_json(entry) for entry in await self.entries(case_id))

    async def entries(self, case_id: str) -> tuple[str, ...]:
        """The stored entries of a case as text, in order: what `ledger.chain.verify` takes."""
        async with self._database.statement() as connection:
            query = select(events.c.entry).where(events.c.case_id == case_id).order_by(events.c.seq)
            return tuple((await connection.execute(query)).scalars())

    async def case_ids(self) -> AsyncIterator[str]:
        """The ids of all cases that have a history, in order of id, streamed."""
        async with self._database.transaction() as connection:
            query = select(events.c.case_id).distinct().order_by(events.c.case_id)
            async for row in await connection.stream(query):
                yield row.case_id

    async def case(self, case_id: str) -> Row[Any] | None:
        """The read model's row of a case."""
        async with self._database.statement() as connection:
            return (await connection.execute(select(cases).where(cases.c.case_id == case_id))).one_or_none()

    async def _stored(
        self, connection: AsyncConnection, case_id: str, after: int, head: str
    ) -> tuple[RecordedEvent, ...]:
        query = (
            select(events.c.seq, events.c.hash, events.c.entry)
            .where(events.c.case_id == case_id, events.c.seq >= after)
            .order_by(events.c.seq)
        )
        return following(case_id, (await connection.execute(query)).all(), after, head)


def following(case_id: str, rows: Sequence[Any], after: int, head: str) -> tuple[RecordedEvent, ...]:
    """The events of the stored rows (`seq`, `hash`, `entry`) from sequence `after` on, that one left out.

    Raises:
        BrokenChainError: entry `after` has not the hash `head`, or what follows does not verify.
    """
    known = next((row.hash for row in rows if row.seq == after), GENESIS)
    if known != head:
        raise BrokenChainError(
            "ledger.head_differs",
            f"case {case_id}: entry {after} is not the one the case continues from",
            remedy="Run `vahid doctor`; compare with the witness before anything is written.",
        )
    entries = [row.entry for row in rows if row.seq > after]
    faults = verify(entries, after=after, head=head)
    if faults:
        raise BrokenChainError(
            faults[0].code,
            f"case {case_id}: entry {faults[0].seq} does not verify",
            remedy="Run `vahid doctor`; compare with the witness before anything is written.",
        )
    return tuple(RecordedEvent.model_validate_json(entry) for entry in entries)
