"""All open cases come due at one instant: are they late on read at once, and how soon escalated?"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.history.v1 import HistoryEvent

from benchmarks.processor import seconds, used
from benchmarks.quantiles import spread
from casework.computed_on_read import Moment
from casework.queries.case_list import CaseFilter, list_cases
from catalogue.loader import load
from kit.clock import Clock
from kit.database import Database
from kit.temporal import connect
from ledger.tables import cases, outbox
from workflows.case.contracts import workflow_id

LIMIT_SECONDS = 1_200.0
SAMPLE = 50
"""Cases whose history is read for tasks that failed or ran out of time."""

_ESCALATED = """
SELECT count(*) FROM ledger.events JOIN ledger.cases USING (case_id)
WHERE type = 'az.vahid.deadline.escalated.v1' AND recorded_at >= due_at AND due_at = :due AND status = 'open'
"""
_LEVELS = """
SELECT count(*), count(DISTINCT (case_id, level)) FROM (SELECT case_id, concat_ws('/',
entry::jsonb->'payload'->>'subject', entry::jsonb->'payload'->>'deadline') AS level
      FROM ledger.events JOIN ledger.cases USING (case_id)
      WHERE type LIKE 'az.vahid.deadline.%' AND due_at = :due AND status = 'open') notices
"""


async def measure(
    environment: dict[str, str],
    clock: Clock,
    opened: Sequence[str],
    pids: Mapping[str, int],
    on_progress: Callable[[str], None],
) -> dict[str, Any]:
    """Wait until the `opened` cases come due, and until all have reached the level of that deadline.

    It waits twenty minutes at most. `pids` are the processes whose processor time is counted.
    """
    database = Database(environment["VAHID_DATABASE_URL"], pool_size=4, command_seconds=120)
    due_at = await _due_at(database, opened[0])
    in_time = clock.now() < due_at
    on_progress("waiting until all open cases are due")
    await asyncio.sleep(clock.wait(clock.now(), due_at).total_seconds() + 0.1)
    before = seconds(pids)
    late = await _late_on_read(database, clock, len(opened))
    at_first_read = await _escalated(database, due_at)
    escalated = await _until_escalated(database, due_at, len(opened), on_progress)
    spent = used(before, seconds(pids))
    levels, distinct = await _levels(database, due_at)
    after = await _seconds_after(database, clock.real(due_at))
    await database.close()
    return {
        "cases": len(opened),
        "all_open_when_due": in_time,
        "late_on_read": late,
        "escalated_at_first_read": at_first_read,
        "escalated": escalated,
        "levels_recorded": levels,
        "levels_recorded_twice": levels - distinct,
        "seconds_after_due": spread(after) if after else None,
        "cpu_ms_a_case": {name: round(value * 1000 / len(opened), 1) for name, value in spent.items()},
        "failed_tasks_in_sample": await _failed_tasks(environment, opened),
    }


async def _due_at(database: Database, case_id: str) -> datetime:
    async with database.transaction() as connection:
        query = select(cases.c.due_at).where(cases.c.case_id == case_id)
        due_at: datetime = (await connection.execute(query)).scalar_one()
        return due_at


async def _late_on_read(database: Database, clock: Clock, count: int) -> dict[str, Any]:
    """The cases that `vahid case list --late` shows, and the seconds it took."""
    began = time.monotonic()
    moment = Moment.of(load().calendar, clock.now())
    shown = await list_cases(database, CaseFilter(late=True), moment, count * 2)
    return {"shown": len(shown), "seconds": round(time.monotonic() - began, 2)}


async def _escalated(database: Database, due_at: datetime) -> int:
    async with database.transaction() as connection:
        return int(await connection.scalar(text(_ESCALATED), {"due": due_at}) or 0)


async def _until_escalated(
    database: Database, due_at: datetime, count: int, on_progress: Callable[[str], None]
) -> int:
    end = time.monotonic() + LIMIT_SECONDS
    while (escalated := await _escalated(database, due_at)) < count and time.monotonic() < end:
        on_progress(f"{escalated} of {count} cases have reached the level of their deadline")
        await asyncio.sleep(2)
    return escalated


async def _levels(database: Database, due_at: datetime) -> tuple[int, int]:
    """The levels of these cases in the ledger, and how many of them are distinct."""
    async with database.transaction() as connection:
        recorded, distinct = (await connection.execute(text(_LEVELS), {"due": due_at})).one()
        return int(recorded), int(distinct)


async def _seconds_after(database: Database, due: datetime) -> list[float]:
    """The seconds from the real instant `due` to each commit after it: nothing else is recorded then."""
    async with database.transaction() as connection:
        query = select(outbox.c.created_at).where(outbox.c.created_at >= due)
        return [(instant - due).total_seconds() for instant in (await connection.execute(query)).scalars()]


async def _failed_tasks(environment: Mapping[str, str], opened: Sequence[str]) -> dict[str, int]:
    """Workflow tasks that failed or ran out of time, by kind, in the histories of some of the cases."""
    client = await connect(environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(environment["VAHID_KEYS"]))
    found = Counter[str]()
    for case_id in random.Random(0).sample(opened, min(SAMPLE, len(opened))):
        history = await client.get_workflow_handle(workflow_id(case_id)).fetch_history()
        found.update(name for event in history.events if (name := _kind(event)))
    return {"cases": min(SAMPLE, len(opened)), **found}


def _kind(event: HistoryEvent) -> str | None:
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
        return "failed"
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        timed_out = event.workflow_task_timed_out_event_attributes.timeout_type
        return TimeoutType.Name(timed_out).removeprefix("TIMEOUT_TYPE_").lower()
    return None
