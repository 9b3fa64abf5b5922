"""The cost of many open cases: memory, disk, processor time of another case; and all of them due at once.

The cases are opened once, and all is measured on them. Their clock runs at scale 1. It is set so that they
were received a statutory term ago: the term of all of them ends once all are open.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

from temporalio.client import Client

from benchmarks import deadline_burst as burst
from benchmarks import footprint
from benchmarks.peers.appeals import Appeals
from benchmarks.peers.designs import Ours
from benchmarks.peers.driver import Driver
from benchmarks.peers.work import SERVICE
from benchmarks.processes import free_port, start, start_case_worker
from benchmarks.processor import seconds, used
from catalogue.loader import load
from kit.clock import Clock
from kit.http import serve
from kit.temporal import connect
from vahid.stack import Stack
from vahid.stack.probes import answers

RECEIVED = datetime(2021, 8, 23, 9, 30, tzinfo=timezone(timedelta(hours=4)))
FEW = 20
"""So many times fewer cases are opened first, to measure the cost beside few: 500 where 10,000 follow."""
WARM_UP = 40
COST_CASES = 60
COST_ROUNDS = 5
MEASURED_CASES = 1.25
"""The cases are due after so many times the time that opening them should take."""
IDLE = 0.3
"""Below this share of a processor, all processes together are idle."""
POLL_SECONDS, SETTLING_LIMIT = 2.0, 180.0
READY_SECONDS = 60.0
SERVERS = ("temporal", "postgres", "kafka")


@dataclass
class _Measured:
    """The driver, the measured processes, and the stack with their data."""

    stack: Stack
    client: Client
    driver: Driver
    pids: dict[str, int]
    on_progress: Callable[[str], None]

    def memory(self) -> dict[str, float]:
        return footprint.memory({name: self.pids[name] for name in ("worker", *SERVERS)})

    def disk(self) -> dict[str, float]:
        return footprint.disk({name: self.stack.home.root / name for name in SERVERS})


async def measure(
    stack: Stack, folder: Path, count: int, on_progress: Callable[[str], None]
) -> dict[str, Any]:
    """Open a few cases, then `count` more; `stack` has servers, tables and topics, and runs no service."""
    few = max(20, count // FEW)
    async with _measured(stack, folder, on_progress) as measured:
        empty, began = (measured.memory(), measured.disk()), time.monotonic()
        await _open(measured, Appeals(), few)
        a_case = (time.monotonic() - began) / few
        await _settle(measured)
        costs = {few: await _cost(measured)}
        appeals = due_after(timedelta(seconds=60 + MEASURED_CASES * a_case * count))
        opened = await _open(measured, appeals, count)
        await _settle(measured)
        full = measured.memory(), measured.disk()
        burst_figures = await burst.measure(
            stack.environment(), appeals.clock, opened, measured.pids, on_progress
        )
        await _settle(measured)
        costs[few + count] = await _cost(measured)
    ended = COST_ROUNDS * COST_CASES
    return {
        "open_cases": few + count,
        "opened_per_second": round(1 / a_case, 1),
        "memory_mib": {"empty": empty[0], "full": full[0]},
        "memory_kib_a_case": footprint.growth_a_case(empty[0], full[0], few + count + ended),
        "disk_mib": {"empty": empty[1], "full": full[1]},
        "disk_kib_a_case": footprint.growth_a_case(empty[1], full[1], few + count + ended),
        "cost": cost_summary(costs),
        "burst": burst_figures,
    }


def cost_summary(costs: dict[int, list[dict[str, float]]]) -> dict[str, Any]:
    """Processor ms a case by number of open cases, medians of rounds; the ratio of most to fewest."""
    found = {
        str(opened): {name: round(median(sample[name] for sample in rounds), 1) for name in rounds[0]}
        for opened, rounds in costs.items()
    }
    whole = {
        str(opened): round(median(sum(sample.values()) for sample in rounds), 1)
        for opened, rounds in costs.items()
    }
    most, fewest = str(max(costs)), str(min(costs))
    return {
        "cpu_ms_a_case": found,
        "cpu_ms_a_case_in_all": whole,
        "each_round": {
            str(opened): [round(sum(sample.values()), 1) for sample in rounds]
            for opened, rounds in costs.items()
        },
        "ratio": round(whole[most] / whole[fewest], 3),
    }


async def _open(measured: _Measured, appeals: Appeals, count: int) -> list[str]:
    done = 0

    def opened(number: int) -> None:
        nonlocal done
        done += number
        if done % 100 == 0 or done == count:
            measured.on_progress(f"opened {done} of {count} cases")

    return await measured.driver.open(Ours(measured.client, appeals), count, opened)


async def _settle(measured: _Measured) -> None:
    """Wait until the processes are idle, so that earlier work does not count in the next measurement."""
    end = time.monotonic() + SETTLING_LIMIT
    spent = IDLE * POLL_SECONDS
    while spent >= IDLE * POLL_SECONDS and time.monotonic() < end:
        before = seconds(measured.pids)
        await asyncio.sleep(POLL_SECONDS)
        spent = sum(used(before, seconds(measured.pids)).values())


async def _cost(measured: _Measured) -> list[dict[str, float]]:
    """Processor ms of each process, a case from its opening to its answer, by round."""
    rounds, design = [], Ours(measured.client, Appeals())
    for number in range(COST_ROUNDS):
        measured.on_progress(f"cost of a case: round {number + 1} of {COST_ROUNDS}")
        before = seconds(measured.pids)
        await measured.driver.run(design, COST_CASES, lambda _: None)
        spent = used(before, seconds(measured.pids))
        rounds.append({name: value * 1000 / COST_CASES for name, value in spent.items()})
    return rounds


@asynccontextmanager
async def _measured(
    stack: Stack, folder: Path, on_progress: Callable[[str], None]
) -> AsyncIterator[_Measured]:
    environment = stack.environment()
    client = await connect(environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(environment["VAHID_KEYS"]))
    driver, stop, port, probes = Driver(), asyncio.Event(), free_port(), free_port()
    serving = asyncio.create_task(serve(driver.app, "127.0.0.1", port, stop))
    workers = {
        "worker": start_case_worker(environment, folder, probes),
        "dispatch": start("dispatch", environment, folder, f"http://127.0.0.1:{port}"),
    }
    pids = {name: worker.pid for name, worker in workers.items()} | {"driver": os.getpid()}
    pids |= {name: pid for name in SERVERS if (pid := stack.process(name).pid) is not None}
    try:
        on_progress("warming up")
        await _until_ready(probes)
        await driver.run(Ours(client, Appeals()), WARM_UP, lambda _: None)
        yield _Measured(stack, client, driver, pids, on_progress)
    finally:
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            await asyncio.to_thread(worker.wait, 20)
        stop.set()
        await serving


def due_after(wait: timedelta) -> Appeals:
    """Appeals received a statutory term ago, by a clock that reaches their deadline after `wait`."""
    catalogue = load()
    term = catalogue.passport(SERVICE).statutory_term
    due_at = catalogue.calendar_for(RECEIVED).due_at(RECEIVED, term)
    return Appeals(Clock(epoch=due_at - wait, started_at=datetime.now(UTC)), RECEIVED)


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            if await _is_ready(f"http://127.0.0.1:{port}/readyz"):
                return
            await asyncio.sleep(0.2)


async def _is_ready(url: str) -> bool:
    try:
        return await answers(url)
    except (OSError, TimeoutError):
        return False
