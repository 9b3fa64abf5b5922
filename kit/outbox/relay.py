"""The relay: publishes an outbox to Kafka, in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge
from sqlalchemy import Table, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.database import Database
from kit.errors import TransientError, name_of
from kit.outbox import statements
from kit.outbox.held_keys import HeldKeys
from kit.outbox.publishing import Publisher, publish
from kit.waiting import wait_for

BATCH_ROWS = 500
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.05, 0.8
"""Pauses between polls for rows of other processes; each poll that finds nothing doubles the pause."""
STANDBY_SECONDS = 1.0
MEASURE_SECONDS = 2.0
FIRST_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 5.0
STOP_SECONDS = 3.0

RETRIED = (SQLAlchemyError, KafkaError, OSError, TimeoutError, TransientError)
"""Errors that the relay retries for ever. Any other is a fault of ours and ends the process."""

PENDING = Gauge("vahid_outbox_pending", "Rows not yet published.", ["outbox"])
OLDEST_AGE = Gauge("vahid_outbox_oldest_age_seconds", "Age of the oldest row not yet published.", ["outbox"])
HELD = Gauge("vahid_outbox_held_keys", "Keys held back, as Kafka refuses one of their rows.", ["outbox"])
PUBLISHED = Counter("vahid_outbox_published_total", "Rows published to Kafka and marked.", ["outbox"])

# Planning these small statements takes longer than running them.
_PLAN_ONCE = text("SET plan_cache_mode = force_generic_plan")

log = structlog.get_logger()


class Relay:
    """Publishes the rows of one outbox. Any number of processes may run it; one at a time works on a shard.

    A row that Kafka refuses holds back its own key alone, is told in the log and in a metric, and is tried
    again for ever.

    It holds the shard's advisory lock on the connection that reads and marks the rows: a process that lost
    the lock finds out before its next batch. All processes must be given the same
    `shards`. `name` labels metrics and failpoints.
    """

    def __init__(
        self, name: str, database: Database, table: Table, publisher: Publisher, shards: int = 1
    ) -> None:
        self._name = name
        self._database = database
        self._publisher = publisher
        self._woken = [asyncio.Event() for _ in range(shards)]
        self._held = [HeldKeys() for _ in range(shards)]
        self._next = statements.next_rows(table, shards, BATCH_ROWS)
        self._mark = statements.mark_published(table)
        self._backlog = statements.backlog(table)
        self._lock_number = statements.lock_number(table)

    def wake(self) -> None:
        """Publish what was committed just now, without waiting for the next poll."""
        for woken in self._woken:
            woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set; then finish the batch at hand, for a few seconds at most."""
        shards = [asyncio.create_task(self._serve(shard, stop)) for shard in range(len(self._woken))]
        measuring = asyncio.create_task(self._measure(stop))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*shards, measuring, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                self.wake()
                await asyncio.wait([*shards, measuring], timeout=STOP_SECONDS)
        finally:
            await _cancel([*shards, measuring, stopping])
        for task in (*shards, measuring):
            if not task.cancelled():
                task.result()

    async def _serve(self, shard: int, stop: asyncio.Event) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while not stop.is_set():
            try:
                async with self._database.session() as connection:
                    await connection.execute(_PLAN_ONCE)
                    if await self._lock(connection, shard):
                        async for _ in self._batches(connection, shard, stop):
                            backoff = FIRST_BACKOFF_SECONDS
                    else:
                        await wait_for(stop, STANDBY_SECONDS)
            except RETRIED as error:
                log.warning("outbox.relay_waits", outbox=self._name, shard=shard, error=name_of(error))
                await wait_for(stop, backoff)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)

    async def _batches(
        self, connection: AsyncConnection, shard: int, stop: asyncio.Event
    ) -> AsyncIterator[int]:
        """Publish batch after batch; yields the number of rows after each poll."""
        woken, pause = self._woken[shard], POLL_SECONDS
        while not stop.is_set():
            woken.clear()
            held = self._held[shard]
            rows = (await connection.execute(self._next, {"wanted": shard, "held": held.now()})).all()
            if rows:
                await self._publish(connection, rows, held)
            HELD.labels(self._name).set(sum(map(len, self._held)))
            yield len(rows)
            pause = POLL_SECONDS if rows else min(2 * pause, LONGEST_POLL_SECONDS)
            if len(rows) < BATCH_ROWS:
                await wait_for(woken, pause)

    async def _publish(self, connection: AsyncConnection, rows: Sequence[Any], held: HeldKeys) -> None:
        failpoints.hit(f"{self._name}.relay.before_send")
        rows = await publish(self._name, rows, self._publisher, held)
        failpoints.hit(f"{self._name}.relay.after_send")
        await connection.execute(self._mark, {"ids": [row.id for row in rows]})
        failpoints.hit(f"{self._name}.relay.after_mark")
        PUBLISHED.labels(self._name).inc(len(rows))

    async def _lock(self, connection: AsyncConnection, shard: int) -> bool:
        # Two 32-bit keys: the table and the shard. Other uses of advisory locks keep to one 64-bit key.
        found = await connection.execute(
            text("SELECT pg_try_advisory_lock(CAST(:table AS int), CAST(:shard AS int))"),
            {"table": self._lock_number, "shard": shard},
        )
        return bool(found.scalar_one())

    async def _measure(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with self._database.statement() as connection:
                    count, oldest, now = (await connection.execute(self._backlog)).one()
                PENDING.labels(self._name).set(count)
                OLDEST_AGE.labels(self._name).set(_age(oldest, now))
            except RETRIED as error:
                log.debug("outbox.not_measured", outbox=self._name, error=name_of(error))
            await wait_for(stop, MEASURE_SECONDS)


def _age(oldest: datetime | None, now: datetime) -> float:
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())


async def _cancel(tasks: Sequence["asyncio.Task[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
