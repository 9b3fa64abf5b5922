"""What stands on the topic of appeals, and in intake's tables."""

import asyncio
import json
from typing import Any

from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from kit.database import Database
from kit.kafka.connection import client_options
from tests.integration.intake.process import until
from tests.waiting import LIMIT


async def messages_of(bootstrap: str, case_ids: set[str], settled: Database) -> list[dict[str, Any]]:
    """All messages of `case_ids`, read from the beginning once the outbox in `settled` is empty."""
    await _until_published(settled)
    consumer = AIOKafkaConsumer(
        "vahid.appeals.v1",
        **client_options(bootstrap),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(LIMIT):
            while any([await consumer.position(each) < ends[each] for each in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [json.loads(record.value) for record in batch if record.key.decode() in case_ids]
        return found
    finally:
        await consumer.stop()


async def _until_published(database: Database) -> None:
    async def nothing_waits() -> bool:
        return await count(database, "intake.outbox WHERE published_at IS NULL") == 0

    await until(nothing_waits)


async def count(database: Database, what: str, **values: object) -> int:
    """How many rows `what` (the part of a query after FROM) has."""
    async with database.transaction() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {what}"), values) or 0)
