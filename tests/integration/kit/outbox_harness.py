"""An outbox of these tests' own, and a reader of what its relay has published."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import func, select, text

from kit.database import Database, metadata
from kit.kafka.connection import client_options
from kit.outbox.table import OutboxMessage, enqueue, outbox_table
from tests.integration.kit.kafka_harness import PARTITIONS, Harness, event

OUTBOX = outbox_table("kit_test")
metadata.remove(OUTBOX)  # no table of the product: nobody else's migration or database shall have it


async def prepare(database: Database) -> None:
    """Make the outbox's table, or empty it."""
    async with database.transaction() as connection:
        await connection.execute(text("CREATE SCHEMA IF NOT EXISTS kit_test"))
        await connection.run_sync(OUTBOX.create, checkfirst=True)
        await connection.execute(OUTBOX.delete())


async def put(database: Database, harness: Harness, numbers: Sequence[int], key: str = "a") -> None:
    """Enqueue one event per number in one transaction."""
    async with database.transaction() as connection:
        await enqueue(
            connection, OUTBOX, [OutboxMessage(harness.topic, key, event(number, key)) for number in numbers]
        )


async def pending(database: Database) -> int:
    """How many rows are not marked as published."""
    async with database.transaction() as connection:
        counted = await connection.execute(
            select(func.count()).select_from(OUTBOX).where(OUTBOX.c.published_at.is_(None))
        )
        return int(counted.scalar_one())


async def published(harness: Harness) -> list[tuple[str, bytes]]:
    """All keys and values on the harness's topic, in order within a partition."""
    reader = AIOKafkaConsumer(**client_options(harness.bootstrap), auto_offset_reset="earliest")
    await reader.start()
    try:
        partitions = [TopicPartition(harness.topic, number) for number in range(PARTITIONS)]
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        await reader.seek_to_beginning(*partitions)
        found = []
        while any([await reader.position(partition) < end for partition, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += [(record.key.decode(), record.value) for record in records]
        return found
    finally:
        await reader.stop()
