"""The console over many cases: how soon its pages answer, and how far a page is behind the ledger."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
from sqlalchemy import text

from benchmarks.quantiles import spread
from kit.clock import Clock
from kit.database import Database
from vahid.demo.population import population
from vahid.stack import Stack

VIEWERS = 20
APPEALS = 60
REQUESTS = 100
PAGES = (
    "/",
    "/cases?status=open",
    "/cases?late=1",
    "/cases?stuck=1",
    "/cases?agency=moh",
    "/cases?status=answered",
)
_SETTLED_SECONDS = 15.0

_FILL = (
    """
INSERT INTO ledger.cases (case_id, seq, head, status, opening, due_at, at_risk_at, opened_at, closed_at,
    in_time, district, tracking_numbers, appeals_size, open_tasks, suggestions, unsent)
SELECT 'bench-' || n, 6, '', CASE WHEN n <= :open THEN 'open' ELSE 'answered' END, 1,
    :now + make_interval(days => (n % 30) - 2), :now + make_interval(days => (n % 30) - 6),
    :now - make_interval(days => n % 300, mins => n % 500),
    CASE WHEN n > :open THEN :now - make_interval(days => n % 290) END,
    CASE WHEN n > :open THEN n % 12 > 0 END,
    (ARRAY['nasimi', 'khatai', 'sumgait', 'yasamal'])[1 + n % 4],
    jsonb_build_array('VHD-20-' || lpad(n::text, 7, '0') || '-X'), 900,
    CASE WHEN n <= :open AND n % 50 = 0
        THEN jsonb_build_array(jsonb_build_object('id', 'correction/t1.a/1', 'before', 'centre'))
        ELSE '[]' END,
    '[]', false
FROM generate_series(1, :cases) n
""",
    """
INSERT INTO ledger.tracks (case_id, track, service, lead_agency, outcome, opening)
SELECT 'bench-' || n, 't1',
    (ARRAY['medicines', 'housing', 'sanatorium', 'employment', 'prostheses'])[1 + n % 5],
    'mlspp', CASE WHEN n > :open THEN 'satisfied' END, 1
FROM generate_series(1, :cases) n
""",
    """
INSERT INTO ledger.steps (case_id, step, agency_id, status, attempt, reference, dispatched_at, due_at,
    acknowledge_by)
SELECT 'bench-' || n, 't1.' || step, (ARRAY['moh', 'mod', 'mlspp', 'samhi'])[1 + (n + step) % 4],
    CASE WHEN n > :open OR step = 1 THEN 'fulfilled' WHEN n % 20 = 0 THEN 'dispatched'
        ELSE 'in_progress' END,
    1, 'r', :now - make_interval(days => n % 20), :now + make_interval(days => (n % 20) - 1),
    :now - make_interval(hours => 5)
FROM generate_series(1, :cases) n, generate_series(1, 2) step
""",
)
"""Rows of the read model as cases leave them; a history has only what the run itself adds."""


async def measure(
    stack: Stack, clock: Clock, cases: int, open_cases: int, on_progress: Callable[[str], None]
) -> dict[str, Any]:
    """The pages' times over `cases` cases of which `open_cases` are open, alone and beside viewers.

    Then: from the record of an event to its arrival in each of the viewers' streams, in seconds.
    """
    on_progress(f"filling in {cases} cases")
    await _fill(stack.environment()["VAHID_DATABASE_URL"], clock.now(), cases, open_cases)
    async with aiohttp.ClientSession(stack.addresses["console"]) as session:
        await session.post("/sign-in", data={"subject": "supervisor-1", "next": "/"})
        on_progress("asking for pages")
        pages = {page: await _milliseconds(session, page) for page in PAGES}
        on_progress(f"{VIEWERS} viewers, {APPEALS} appeals")
        lags = await _lags(stack, clock, session)
    return {"cases": cases, "open": open_cases, "page_ms": pages, "behind_ledger_s": lags, "viewers": VIEWERS}


async def _fill(url: str, now: datetime, cases: int, open_cases: int) -> None:
    async with Database(url, pool_size=1, command_seconds=300) as database:
        async with database.transaction() as connection:
            for statement in _FILL:
                values = {"now": now, "cases": cases, "open": open_cases}
                await connection.execute(text(statement), values)
        async with database.statement() as connection:
            await connection.execute(text("ANALYZE"))


async def _milliseconds(session: aiohttp.ClientSession, page: str) -> dict[str, float]:
    """The times of a page, asked for one after the other."""
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        async with session.get(page) as response:
            response.raise_for_status()
            await response.read()
        times.append((time.perf_counter() - began) * 1000)
    return spread(times, 1)


async def _lags(stack: Stack, clock: Clock, session: aiohttp.ClientSession) -> dict[str, Any]:
    arrived: list[tuple[str, int, datetime]] = []
    viewers = [asyncio.create_task(_view(session, arrived)) for _ in range(VIEWERS)]
    await asyncio.sleep(1)
    await _submit(stack)
    await _until_quiet(arrived)
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    recorded = await _recorded(stack.environment()["VAHID_DATABASE_URL"])
    behind = [
        (at - clock.real(recorded[case, seq])).total_seconds()
        for case, seq, at in arrived
        if (case, seq) in recorded
    ]
    return {**spread(behind), "arrivals": len(behind)}


async def _view(session: aiohttp.ClientSession, arrived: list[tuple[str, int, datetime]]) -> None:
    async with session.get("/events", timeout=aiohttp.ClientTimeout(total=None)) as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                now = datetime.now(UTC)
                cases = json.loads(line[6:]).get("cases", [])
                arrived += [(case["case"], case["seq"], now) for case in cases]


async def _until_quiet(arrived: list[tuple[str, int, datetime]]) -> None:
    """Wait until nothing has arrived for a while, three minutes at most."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        before = len(arrived)
        await asyncio.sleep(_SETTLED_SECONDS)
        if before and len(arrived) == before:
            return


async def _submit(stack: Stack) -> None:
    headers = {"Authorization": f"Bearer {stack.api_keys['online']}"}
    async with aiohttp.ClientSession(stack.addresses["intake"], headers=headers) as session:
        for appeal in population(APPEALS, 1, ("medicines", "sanatorium")):
            key = {"Idempotency-Key": uuid4().hex}
            content = {**appeal.content, "channel": "online"}
            async with session.post("/v1/appeals", json=content, headers=key) as response:
                response.raise_for_status()


async def _recorded(url: str) -> dict[tuple[str, int], datetime]:
    async with Database(url, pool_size=1) as database, database.transaction() as connection:
        rows = await connection.execute(text("SELECT case_id, seq, recorded_at FROM ledger.events"))
        return {(row.case_id, row.seq): row.recorded_at for row in rows}
