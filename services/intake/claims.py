"""Claims of idempotency keys in PostgreSQL: one statement stores a claim with all that its request stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self

from sqlalchemy import Column, Table, bindparam, exists, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import ARRAY

from kit.database import Database
from kit.outbox.table import OutboxMessage, shard_of
from services.intake.idempotency import Accepted, Claim, ClaimKey, Outcome, ResponseT, StoredClaim, repeated
from services.intake.tables import idempotency, outbox


@dataclass(frozen=True)
class Insert:
    """A row for `table`: which offered value each of its columns takes."""

    table: Table
    values: Mapping[str, str]

    @classmethod
    def of(cls, table: Table) -> Self:
        """Each column takes the value of its own name; a column that the server fills takes none."""
        return cls(table, {column.name: column.name for column in table.c if column.server_default is None})

    def sql(self) -> str:
        """The statement, from the rows of `fresh`."""
        values = ", ".join(
            f"string_to_array({name}, ',')" if _is_array(self.table.c[column]) else name
            for column, name in self.values.items()
        )
        columns = ", ".join(self.values)
        return f"INSERT INTO {self.table.fullname} ({columns}) SELECT {values} FROM fresh"


MESSAGE = Insert(outbox, {"shard": "shard", "topic": "topic", "key": "message_key", "value": "value"})


def message_values(message: OutboxMessage) -> dict[str, object]:
    """What `MESSAGE` takes."""
    return {
        "shard": shard_of(message.key),
        "topic": message.topic,
        "message_key": message.key,
        "value": message.value,
    }


_CLAIM = Insert(
    idempotency, {"actor_id": "actor_id", "key": "key", "body_digest": "body_digest", "response": "response"}
)


class ClaimStatement(Generic[ResponseT]):
    """One statement: claims the key of each offered row and, for each key that is new, makes the `inserts`.

    `record` is the column of the ids that follow from the keys: a row whose id stands there is not new, also
    when its key is no longer known.
    """

    def __init__(self, record: Column[Any], *inserts: Insert, retry_hours: int) -> None:
        self._types = {
            name: insert.table.c[column]
            for insert in (_CLAIM, *inserts)
            for column, name in insert.values.items()
        }
        self._statement = text(_claim_sql(record, self._types, inserts))
        self._known = select(exists().where(record == bindparam("record_id")))
        self._retry_hours = retry_hours

    async def write(
        self, connection: AsyncConnection, offered: Sequence[tuple[Claim[ResponseT], Mapping[str, object]]]
    ) -> list[Outcome[ResponseT]]:
        """Write the rows of new claims, in the caller's transaction; return one outcome each, in order."""
        first: dict[ClaimKey, int] = {}
        for place, (claim, _) in enumerate(offered):
            first.setdefault(claim.claim_key, place)
        claimed = await self._claim(connection, [offered[place] for place in first.values()])
        new = {first[key] for key in claimed}
        again = [claim for place, (claim, _) in enumerate(offered) if place not in new]
        stored = await _stored(connection, again) if again else {}
        return [
            Accepted(claim.response) if place in new else repeated(claim, stored.get(claim.claim_key))
            for place, (claim, _) in enumerate(offered)
        ]

    async def outcome_before(
        self, connection: AsyncConnection, claim: Claim[ResponseT], record_id: str
    ) -> Outcome[ResponseT] | None:
        """The outcome of an earlier request under the claim's key; None when there was none.

        Each statement sees what was committed by then, so the record is read first: where it is seen, its
        claim is seen too, unless the time to repeat is over.
        """
        known = await connection.scalar(self._known, {"record_id": record_id})
        row = (await _stored(connection, [claim])).get(claim.claim_key)
        return repeated(claim, row) if row is not None or known else None

    async def _claim(
        self, connection: AsyncConnection, offered: Sequence[tuple[Claim[ResponseT], Mapping[str, object]]]
    ) -> list[ClaimKey]:
        rows = [{**_claim_values(claim), **values} for claim, values in offered]
        arrays = {
            name: [_joined(row[name]) if _is_array(column) else row[name] for row in rows]
            for name, column in self._types.items()
        }
        result = await connection.execute(self._statement, {**arrays, "hours": self._retry_hours})
        return [(row.actor_id, row.key) for row in result]


async def purge(database: Database) -> int:
    """Delete the claims whose time is over; return their number."""
    async with database.transaction() as connection:
        return (await connection.execute(_PURGE)).rowcount


def _claim_sql(record: Column[Any], types: Mapping[str, Column[Any]], inserts: Sequence[Insert]) -> str:
    """Rows come as one array a column, so that the statement is the same for any number of them.

    Keys are claimed in their order: two processes that claim the same ones wait for each other, never in a
    circle.
    """
    arrays = ", ".join(f"CAST(:{name} AS {_type(column)}[])" for name, column in types.items())
    writes = ", ".join(f"written_{number} AS ({insert.sql()})" for number, insert in enumerate(inserts))
    claim = ", ".join(_CLAIM.values)
    return f"""
WITH offered AS (
  SELECT * FROM unnest({arrays}) AS offered({", ".join(types)})
), claimed AS (
  INSERT INTO {idempotency.fullname} ({claim}, expires_at)
  SELECT {claim}, now() + make_interval(hours => CAST(:hours AS integer))
  FROM offered
  WHERE NOT EXISTS (
    SELECT FROM {record.table.fullname} known WHERE known.{record.name} = offered.{record.name}
  )
  ORDER BY actor_id, key
  ON CONFLICT DO NOTHING
  RETURNING actor_id, key
), fresh AS (
  SELECT offered.* FROM offered JOIN claimed USING (actor_id, key)
), {writes}
SELECT actor_id, key FROM claimed
"""


_STORED = text(
    f"""
SELECT actor_id, key, body_digest, response FROM {idempotency.fullname}
JOIN unnest(CAST(:actor_id AS text[]), CAST(:key AS text[])) AS wanted(actor_id, key) USING (actor_id, key)
"""
)

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

_PURGE = text(f"DELETE FROM {idempotency.fullname} WHERE expires_at < now()")


def _is_array(column: Column[Any]) -> bool:
    """An array of arrays would be unnested whole, so that a column's own arrays travel joined by commas."""
    return isinstance(column.type, ARRAY)


def _joined(values: object) -> str:
    if not isinstance(values, Sequence):
        raise TypeError("the value of an array column is a sequence")
    return ",".join(values)


def _type(column: Column[Any]) -> str:
    return "text" if _is_array(column) else column.type.compile(_DIALECT)


def _claim_values(claim: Claim[ResponseT]) -> dict[str, object]:
    return {
        "actor_id": claim.actor_id,
        "key": claim.key,
        "body_digest": claim.body_digest,
        "response": claim.response.stored(),
    }


async def _stored(
    connection: AsyncConnection, claims: Sequence[Claim[ResponseT]]
) -> Mapping[ClaimKey, StoredClaim]:
    keys = {claim.claim_key for claim in claims}
    wanted = {"actor_id": [actor_id for actor_id, _ in keys], "key": [key for _, key in keys]}
    rows = await connection.execute(_STORED, wanted)
    return {(row.actor_id, row.key): StoredClaim(row.body_digest, row.response) for row in rows}
