"""What intake keeps in PostgreSQL. Appeals are written in one statement of one transaction, or not at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.database import Database
from kit.outbox.table import shard_of
from kit.vault import data_keys
from services.intake.appeals.acceptance import Acceptance, Answer
from services.intake.tables import appeals, idempotency, outbox, tracking_sequence

NUMBERS_AT_ONCE = 100
NOT_STORED = {"receipt_salt", "services"}
"""What of an answer is worked out anew for a repeated request: it may tell of the applicant, or is secret."""


@dataclass(frozen=True)
class Accepted:
    """The appeal is stored, and its message will be published."""

    answer: Answer


@dataclass(frozen=True)
class Replayed:
    """The same request was accepted before; nothing was written. The answer is the first one."""

    answer: Answer


@dataclass(frozen=True)
class OtherBody:
    """The key was used for another body; nothing was written."""


@dataclass(frozen=True)
class KeySpent:
    """The key's appeal was accepted, and the time to repeat the request is over; nothing was written."""


Outcome = Accepted | Replayed | OtherBody | KeySpent


@dataclass(frozen=True)
class Facts:
    """What may be told of an accepted appeal without opening anything."""

    tracking_number: str
    received_at: datetime
    services: tuple[str, ...]


_COLUMNS = {
    "actor_id": "text",
    "key": "text",
    "body_digest": "text",
    "answer": "text",
    "appeal_id": "text",
    "case_id": "text",
    "tracking_number": "text",
    "channel": "text",
    "received_at": "timestamptz",
    "services": "text",
    "receipt_digest": "text",
    "sealed": "text",
    "traceparent": "text",
    "wrapped": "bytea",
    "shard": "smallint",
    "topic": "text",
    "message_key": "text",
    "value": "bytea",
}

# Rows come as one array a column, so that the statement is the same for any number of appeals. Keys are
# claimed in their order: two processes that claim the same ones wait for each other, never in a circle.
_ACCEPT = text(
    f"""
WITH offered AS (
  SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())})
    AS offered({", ".join(_COLUMNS)})
), claimed AS (
  INSERT INTO {idempotency.fullname} (actor_id, key, body_digest, answer, expires_at)
  SELECT actor_id, key, body_digest, answer, now() + make_interval(hours => CAST(:hours AS integer))
  FROM offered
  WHERE NOT EXISTS (SELECT FROM {appeals.fullname} known WHERE known.appeal_id = offered.appeal_id)
  ORDER BY actor_id, key
  ON CONFLICT DO NOTHING
  RETURNING actor_id, key
), fresh AS (
  SELECT offered.* FROM offered JOIN claimed USING (actor_id, key)
), stored AS (
  INSERT INTO {appeals.fullname} (appeal_id, case_id, tracking_number, channel, actor_id, received_at,
                                  services, receipt_digest, sealed, traceparent)
  SELECT appeal_id, case_id, tracking_number, channel, actor_id, received_at,
         string_to_array(services, ','), receipt_digest, sealed, traceparent
  FROM fresh
), keyed AS (
  INSERT INTO {data_keys.fullname} (key_id, wrapped) SELECT case_id, wrapped FROM fresh
), published AS (
  INSERT INTO {outbox.fullname} (shard, topic, key, value) SELECT shard, topic, message_key, value FROM fresh
)
SELECT actor_id, key FROM claimed
"""
)

_EARLIER = text(
    f"""
SELECT actor_id, key, body_digest, answer FROM {idempotency.fullname}
JOIN unnest(CAST(:actor_id AS text[]), CAST(:key AS text[])) AS wanted(actor_id, key) USING (actor_id, key)
"""
)

_PURGE = text(f"DELETE FROM {idempotency.fullname} WHERE expires_at < now()")

_FACTS = select(appeals.c.tracking_number, appeals.c.received_at, appeals.c.services).where(
    appeals.c.tracking_number == bindparam("number")
)


class AppealStore:
    """The one transaction of an accepted appeal, and what is read of it."""

    def __init__(self, database: Database, retry_hours: int) -> None:
        self._database = database
        self._retry_hours = retry_hours

    async def accept_all(self, batch: Sequence[Acceptance]) -> list[Outcome]:
        """Write what is new in `batch`, all or nothing; one outcome for each, in order.

        Failpoints: `intake.before_commit`, `intake.after_commit`.
        """
        first: dict[tuple[str, str], Acceptance] = {}
        for acceptance in batch:
            first.setdefault((acceptance.actor_id, acceptance.key), acceptance)
        async with self._database.transaction() as connection:
            claimed = await self._claim(connection, list(first.values()))
            new = {id(first[each]) for each in claimed}
            rest = [acceptance for acceptance in batch if id(acceptance) not in new]
            earlier = await _earlier(connection, rest) if rest else {}
            failpoints.hit("intake.before_commit")
        failpoints.hit("intake.after_commit")
        return [
            Accepted(each.answer)
            if id(each) in new
            else _repeated(each, earlier.get((each.actor_id, each.key)))
            for each in batch
        ]

    async def _claim(self, connection: AsyncConnection, batch: Sequence[Acceptance]) -> list[tuple[str, str]]:
        rows = [_row(acceptance) for acceptance in batch]
        arrays: dict[str, object] = {name: [row[name] for row in rows] for name in _COLUMNS}
        result = await connection.execute(_ACCEPT, {**arrays, "hours": self._retry_hours})
        return [(row.actor_id, row.key) for row in result]

    async def facts(self, tracking_number: str) -> Facts | None:
        """What may be told of the appeal with this tracking number."""
        async with self._database.statement() as connection:
            row = (await connection.execute(_FACTS, {"number": tracking_number})).one_or_none()
        return Facts(row.tracking_number, row.received_at, tuple(row.services)) if row else None

    async def purge(self) -> int:
        """Delete the idempotency rows whose time is over; how many they were."""
        async with self._database.transaction() as connection:
            return (await connection.execute(_PURGE)).rowcount


class TrackingSequence:
    """Running numbers of tracking numbers, taken by the hundred: unique, not without gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: list[int] = []
        self._taking = asyncio.Lock()

    async def next(self) -> int:
        """A number that nobody else has or will have."""
        while not self._numbers:
            async with self._taking:
                if not self._numbers:
                    self._numbers = (await self.take(NUMBERS_AT_ONCE))[::-1]
        return self._numbers.pop()

    async def take(self, count: int) -> list[int]:
        """`count` such numbers, rising."""
        series = func.generate_series(1, count).table_valued("value")
        async with self._database.transaction() as connection:
            taken = await connection.scalars(select(tracking_sequence.next_value()).select_from(series))
            return sorted(taken)


def _row(acceptance: Acceptance) -> dict[str, object]:
    appeal, message = acceptance.appeal, acceptance.message
    return {
        "actor_id": acceptance.actor_id,
        "key": acceptance.key,
        "body_digest": acceptance.body_digest,
        "answer": acceptance.answer.model_dump_json(exclude=NOT_STORED),
        "appeal_id": appeal.appeal_id,
        "case_id": appeal.case_id,
        "tracking_number": appeal.tracking_number,
        "channel": appeal.channel,
        "received_at": appeal.received_at,
        "services": ",".join(appeal.services),
        "receipt_digest": appeal.receipt_digest,
        "sealed": appeal.sealed,
        "traceparent": acceptance.traceparent,
        "wrapped": acceptance.wrapped_key,
        "shard": shard_of(message.key),
        "topic": message.topic,
        "message_key": message.key,
        "value": message.value,
    }


async def _earlier(
    connection: AsyncConnection, batch: Sequence[Acceptance]
) -> Mapping[tuple[str, str], Row[tuple[str, str, str, str]]]:
    keys = {(acceptance.actor_id, acceptance.key) for acceptance in batch}
    wanted = {"actor_id": [actor_id for actor_id, _ in keys], "key": [key for _, key in keys]}
    return {(row.actor_id, row.key): row for row in await connection.execute(_EARLIER, wanted)}


def _repeated(acceptance: Acceptance, earlier: Row[tuple[str, str, str, str]] | None) -> Outcome:
    """What is not stored follows from the request, which is the same again."""
    if earlier is None:
        return KeySpent()
    if earlier.body_digest != acceptance.body_digest:
        return OtherBody()
    answer = Answer.model_validate_json(earlier.answer)
    anew = {name: getattr(acceptance.answer, name) for name in NOT_STORED}
    return Replayed(answer.model_copy(update=anew))
