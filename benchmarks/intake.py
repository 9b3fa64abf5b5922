"""Accepted appeals a second over HTTP, each answered after its commit, beside pgbench's one-row inserts."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks.rows import inserts_per_second
from vahid.demo.population import DemoAppeal, population

CLIENTS = 32
SERVICES = ("disability-assessment", "psychological-support")


async def _accepted_per_second(url: str, key: str, appeals: Sequence[DemoAppeal], seconds: float) -> float:
    left = iter(appeals)
    accepted = 0
    end = time.monotonic() + seconds

    async def client() -> None:
        nonlocal accepted
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        async with httpx.AsyncClient(timeout=30, limits=limits) as channel:
            while time.monotonic() < end and (appeal := next(left, None)) is not None:
                headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": appeal.key}
                answer = await channel.post(
                    f"{url}/v1/appeals", json={**appeal.body, "channel": "online"}, headers=headers
                )
                answer.raise_for_status()
                accepted += 1

    began = time.monotonic()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return accepted / (time.monotonic() - began)


def compare(url: str, key: str, database_url: str, folder: Path, rounds: int, seconds: int) -> dict[str, Any]:
    """Rounds of both, one after the other, so that a busy machine hits both; the ratio is of the medians."""
    ours, theirs = [], []
    for number in range(rounds):
        theirs.append(inserts_per_second(database_url, folder, CLIENTS, seconds, size=1500))
        appeals = population(4000 * seconds // 5, number, SERVICES, run=f"bench-{number}-")
        ours.append(asyncio.run(_accepted_per_second(url, key, appeals, seconds)))
    return {
        "clients": CLIENTS,
        "rounds": rounds,
        "accepted_per_second": round(median(ours), 1),
        "accepted_each_round": [round(one, 1) for one in ours],
        "pgbench_inserts_per_second": round(median(theirs), 1),
        "pgbench_each_round": [round(one, 1) for one in theirs],
        "ratio": round(median(ours) / median(theirs), 3),
    }
