"""Answered cases a second through the whole system, and the size of the history of a case of two steps."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from sqlalchemy import exists, func, select
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from kit.clock import Clock
from kit.database import Database
from kit.temporal import connect
from ledger.tables import cases, tracks
from vahid.demo.driver import Driver
from vahid.demo.population import DemoAppeal, population
from vahid.stack import Stack
from workflows.case.contracts import workflow_id

SERVICES = ("disability-assessment", "psychological-support")
QUICK_AGENCIES = {
    "refuse_rate": 0,
    "forward_rate": 0,
    "information_rate": 0,
    "late_rate": 0,
    "duration_scale": 0.00001,
}
LIMIT_SECONDS = 600.0


async def answered_per_second(stack: Stack, clock: Clock, folder: Path, count: int) -> dict[str, Any]:
    """Send `count` appeals at once, to agencies that end a step in milliseconds; wait for all answers."""
    await _quicken_agencies(stack)
    before = _cpu_seconds(stack)
    database = Database(stack.environment()["VAHID_DATABASE_URL"], pool_size=4)
    driver = Driver(stack.addresses["intake"], stack.api_keys, clock, folder / "receipts.jsonl")
    appeals = _without_staff(population(count * 2, 11, SERVICES, run="cases-"))[:count]
    already = await _answered(database)
    began = time.monotonic()
    await driver.send(appeals)
    sent = time.monotonic() - began
    expected = already + len(_cases_of(appeals))
    answered = await _until_answered(database, expected, LIMIT_SECONDS) - already
    seconds = time.monotonic() - began
    await database.close()
    used = {name: value - before.get(name, 0.0) for name, value in _cpu_seconds(stack).items()}
    ours = ("intake", "router", "worker", "agency-adapter", "notifier")
    return {
        "appeals": len(appeals),
        "answered_cases": answered,
        "seconds": round(seconds, 1),
        "sent_after_seconds": round(sent, 1),
        "answered_cases_per_second": round(answered / seconds, 1),
        "cpu_ms_a_case": {name: round(value * 1000 / answered, 1) for name, value in sorted(used.items())},
        "cpu_ms_a_case_ours": round(sum(used[name] for name in ours) * 1000 / answered, 1),
    }


async def _until_answered(database: Database, expected: int, limit: float) -> int:
    """How many cases are answered: as soon as `expected` are, or after `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        answered = await _answered(database)
        if answered >= expected or time.monotonic() > end:
            return answered
        await asyncio.sleep(0.1)


async def history_of_two_steps(stack: Stack) -> dict[str, Any]:
    """Events and workflow tasks of answered cases of two sequential steps.

    The first agency acknowledges with its acceptance, the second separately.
    """
    environment = stack.environment()
    database = Database(environment["VAHID_DATABASE_URL"], pool_size=4)
    own = tracks.c.case_id == cases.c.case_id
    first = exists().where(own, tracks.c.service == "disability-assessment")
    alone = select(func.count()).select_from(tracks).where(own).scalar_subquery() == 1
    query = select(cases.c.case_id).where(first, alone, cases.c.outcome == "satisfied").limit(20)
    async with database.transaction() as connection:
        chosen = list((await connection.execute(query)).scalars())
    await database.close()
    client = await connect(environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(environment["VAHID_KEYS"]))
    counts = [await _count(client, case_id) for case_id in chosen]
    events = sorted(count.total() for count in counts)
    tasks = sorted(count["WORKFLOW_TASK_COMPLETED"] for count in counts)
    middle = len(counts) // 2
    return {
        "cases": len(counts),
        "history_events": {"least": events[0], "median": events[middle], "most": events[-1]},
        "workflow_tasks": {"least": tasks[0], "median": tasks[middle], "most": tasks[-1]},
        "of_one_case": dict(sorted(counts[middle].items())),
    }


async def _count(client: Client, case_id: str) -> Counter[str]:
    history = await client.get_workflow_handle(workflow_id(case_id)).fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


async def _quicken_agencies(stack: Stack) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as client:
        for name, address in stack.addresses.items():
            if name.startswith("agency-") and name != "agency-adapter":
                await (await client.put(f"{address}/_behaviour", json=QUICK_AGENCIES)).read()


async def _answered(database: Database) -> int:
    async with database.transaction() as connection:
        query = select(func.count()).select_from(cases).where(cases.c.status == "answered")
        return await connection.scalar(query) or 0


def _without_staff(appeals: list[DemoAppeal]) -> list[DemoAppeal]:
    """The appeals that need no member of staff, all to be sent at once."""
    wanted = [
        appeal
        for appeal in appeals
        if "fin" in appeal.content["applicant"]
        and len(appeal.content.get("services", [])) == 1
        and not appeal.content.get("text")
    ]
    return [replace(appeal, after=timedelta(0)) for appeal in wanted]


def _cases_of(appeals: list[DemoAppeal]) -> set[tuple[str, ...]]:
    """The cases that they open: two appeals of one person for the same service share one."""
    return {(appeal.content["applicant"]["fin"], *appeal.content["services"]) for appeal in appeals}


def _cpu_seconds(stack: Stack) -> dict[str, float]:
    used = {}
    for process in stack.status().processes:
        if process.pid is not None:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            used[process.name] = sum(sum(member.cpu_times()[:2]) for member in family)
    return used
