"""Answered cases a second and processor time a case: ours, a bare workflow and the naive design."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from benchmarks.peers.appeals import Appeals
from benchmarks.peers.designs import Bare, Design, Naive, Ours
from benchmarks.peers.driver import Driver
from benchmarks.peers.payload_size import bytes_a_batch
from benchmarks.peers.rows import TABLE, plain
from benchmarks.processes import free_port, start
from benchmarks.processor import seconds, used
from kit.http import serve
from kit.temporal import connect
from vahid.stack import Stack

WARM_UP = 20
SERVERS = ("temporal", "postgres")


async def compare(
    stack: Stack, folder: Path, count: int, rounds: int, on_progress: Callable[[str], None]
) -> dict[str, Any]:
    """Rounds of `count` cases of each design, one after the other; ratios are of the medians.

    `stack` runs its servers and has its tables, and runs no service that works on cases.
    """
    environment = stack.environment()
    async with _running(stack, environment, folder) as (designs, driver, pids):
        for design in designs:
            await driver.run(design, WARM_UP, lambda _: None)
        measured: dict[str, list[dict[str, Any]]] = {design.name: [] for design in designs}
        for number in range(rounds):
            for design in (*designs[number % 3 :], *designs[: number % 3]):  # each is first equally often
                on_progress(f"round {number + 1} of {rounds}: {count} cases, {design.name}")
                measured[design.name].append(await _round(driver, design, count, pids))
    return {"bytes_a_batch": bytes_a_batch(Appeals()), **summary(measured, count)}


async def _round(driver: Driver, design: Design, count: int, pids: dict[str, int]) -> dict[str, Any]:
    own_pids = {"worker": pids[design.name], "dispatch": pids["dispatch"], "driver": os.getpid()}
    watched = own_pids | {name: pids[name] for name in SERVERS}
    before = seconds(watched)
    taken = await driver.run(design, count, lambda _: None)
    spent = used(before, seconds(watched))
    return {
        "cases_per_second": count / taken,
        "cpu_ms_a_case": {name: value * 1000 / count for name, value in spent.items()},
    }


def summary(measured: dict[str, list[dict[str, Any]]], count: int) -> dict[str, Any]:
    """The medians of each design, and the ratios: above 1 where ours answers more, or needs less."""
    designs = {name: _of_design(rounds) for name, rounds in measured.items()}
    ours = designs["ours"]

    def ratios(peer: dict[str, Any]) -> dict[str, float]:
        return {
            "cases_per_second": round(ours["cases_per_second"] / peer["cases_per_second"], 3),
            "cpu": round(peer["cpu_ms_a_case_in_all"] / ours["cpu_ms_a_case_in_all"], 3),
        }

    return {
        "cases_a_round": count,
        "designs": designs,
        "ours_to_bare": ratios(designs["bare"]),
        "ours_to_naive": ratios(designs["naive"]),
    }


def _of_design(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    cpu = {
        name: median(sample["cpu_ms_a_case"][name] for sample in rounds)
        for name in rounds[0]["cpu_ms_a_case"]
    }
    return {
        "cases_per_second": round(median(sample["cases_per_second"] for sample in rounds), 2),
        "each_round": [round(sample["cases_per_second"], 2) for sample in rounds],
        "cpu_ms_a_case": {name: round(value, 1) for name, value in cpu.items()},
        "cpu_ms_a_case_in_all": round(sum(cpu.values()), 1),
    }


@asynccontextmanager
async def _running(
    stack: Stack, environment: dict[str, str], folder: Path
) -> AsyncIterator[tuple[list[Design], Driver, dict[str, int]]]:
    await _make_table(environment["VAHID_DATABASE_URL"])
    client = await connect(environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(environment["VAHID_KEYS"]))
    appeals = Appeals()
    designs: list[Design] = [Ours(client, appeals), Bare(client, appeals), Naive(client, appeals)]
    driver, stop, port = Driver(), asyncio.Event(), free_port()
    serving = asyncio.create_task(serve(driver.app, "127.0.0.1", port, stop))
    names = [*(design.name for design in designs), "dispatch"]
    agency_url, size = f"http://127.0.0.1:{port}", bytes_a_batch(appeals)
    workers = {name: start(name, environment, folder, agency_url, size) for name in names}
    try:
        yield designs, driver, {name: worker.pid for name, worker in workers.items()} | server_pids(stack)
    finally:
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            await asyncio.to_thread(worker.wait, 20)
        stop.set()
        await serving


def server_pids(stack: Stack) -> dict[str, int]:
    """The processes of the servers that a case needs."""
    return {name: pid for name in SERVERS if (pid := stack.process(name).pid) is not None}


async def _make_table(database_url: str) -> None:
    connection = await asyncpg.connect(plain(database_url))
    await connection.execute(TABLE)
    await connection.close()
