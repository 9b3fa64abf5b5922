"""A backlog: many appeals accepted while the router is stopped, then routed, oldest first."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
from aiokafka.partitioner import DefaultPartitioner
from sqlalchemy import func, select

from benchmarks.importing import import_whole
from benchmarks.spreadsheet import write
from kit.database import Database
from ledger.tables import cases
from schemas.topics import APPEALS, load_contracts
from services.intake.tables import appeals, outbox
from services.router.tables import routing_decisions
from vahid.stack import Stack

SEED = 2
LIMIT_SECONDS = 3600.0
_AGE = re.compile(
    rf'^vahid_consumer_oldest_age_seconds\{{.*topic="{APPEALS}".*\}} ([0-9.e+-]+)$', re.MULTILINE
)


async def drain(stack: Stack, folder: Path, rows: int) -> dict[str, Any]:
    """Import `rows` good rows while the router is stopped; start it, and wait until each is in a case.

    Raises:
        TimeoutError: an hour was not enough.
    """
    source = folder / "backlog.csv"
    write(source, rows, SEED, share=0)
    import_whole(stack, source, folder)
    database = Database(stack.environment()["VAHID_DATABASE_URL"], 4, command_seconds=60)
    stack.start_process("router")
    began = time.monotonic()
    ages: list[tuple[float, float, int]] = []
    expected = await _count(database, outbox)
    while (opened := await _count(database, cases)) < expected or (ages and ages[-1][1] > 0):
        if time.monotonic() - began > LIMIT_SECONDS:
            raise TimeoutError(f"{opened} of {expected} are in a case after {LIMIT_SECONDS:g} s")
        await asyncio.sleep(1)
        age = await _age(stack)
        if age is not None:
            ages.append((round(time.monotonic() - began, 1), age, opened))
    seconds = time.monotonic() - began
    order = await _order(database)
    await database.close()
    return {
        "appeals": expected,
        "seconds": round(seconds, 1),
        "cases_per_second": round(expected / seconds, 1),
        "out_of_order_in_a_partition": order,
        "oldest_age_seconds": {"most": max(age for _, age, _ in ages), "last": ages[-1][1]},
        "at_seconds_age_opened": [list(sample) for sample in ages[:: max(1, len(ages) // 8)]],
    }


async def _count(database: Database, table: Any) -> int:
    async with database.transaction() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def _order(database: Database) -> int:
    """How many appeals were routed before an older one of their partition, by the order of the outbox."""
    async with database.transaction() as connection:
        query = select(outbox.c.id, outbox.c.key, routing_decisions.c.decided_at)
        query = query.join(appeals, appeals.c.case_id == outbox.c.key)
        query = query.join(routing_decisions, routing_decisions.c.appeal_id == appeals.c.appeal_id).order_by(
            outbox.c.id
        )
        rows = (await connection.execute(query)).all()
    partition_of, partitions = DefaultPartitioner(), list(range(_partitions()))
    last: dict[int, Any] = {}
    inversions = 0
    for row in rows:
        partition = partition_of(row.key.encode(), partitions, [])
        inversions += partition in last and row.decided_at < last[partition]
        last[partition] = row.decided_at
    return inversions


def _partitions() -> int:
    return next(contract.partitions for contract in load_contracts() if contract.topic == APPEALS)


async def _age(stack: Stack) -> float | None:
    """The age of the router's oldest appeal in seconds; None while the router does not answer."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as client,
            client.get(f"{stack.addresses['router']}/metrics") as response,
        ):
            metrics = await response.text()
    except (aiohttp.ClientError, TimeoutError):
        return None
    found = _AGE.search(metrics)
    return round(float(found[1]), 1) if found else None
