"""Appeals accepted a second by both endpoints of intake, compared with one-row inserts by pgbench."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks import processor
from benchmarks.lean_client import LeanClient
from benchmarks.pgbench import inserts_per_second
from vahid.demo.population import population
from vahid.stack.ports import choose

CLIENTS = 32
BATCH_CLIENTS = 4
BATCH_APPEALS = 500
ROW_BYTES = 1500
SERVICES = ("disability-assessment", "psychological-support")
_DIFFERENT = 4000
"""How many appeals differ; each is submitted many times, under a new key."""


@dataclass(frozen=True)
class Target:
    """The address of intake, and the processes whose processor time is counted."""

    url: str
    api_key: str
    database_url: str
    environment: Mapping[str, str]
    pids: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    """Appeals accepted in so many seconds, with the processor seconds of each process."""

    accepted: int
    seconds: float
    used: Mapping[str, float]

    @property
    def per_second(self) -> float:
        """Accepted appeals a second."""
        return self.accepted / self.seconds


def compare(target: Target, folder: Path, rounds: int, seconds: int) -> dict[str, Any]:
    """Rounds of all, one after the other, so that other load affects all; ratios are of the medians."""
    appeals = [
        json.dumps({**appeal.content, "channel": "online"}).encode()
        for appeal in population(_DIFFERENT, 1, SERVICES)
    ]
    numbers = count()
    theirs: list[float] = []
    ours: dict[str, list[Measured]] = {
        "single_endpoint": [],
        "batch_endpoint": [],
        "batch_endpoint_two_processes": [],
    }
    with ExitStack() as running:
        second = running.enter_context(_second_process(target, folder))
        for _ in range(rounds):
            theirs.append(inserts_per_second(target.database_url, folder, CLIENTS, seconds, size=ROW_BYTES))
            ours["single_endpoint"].append(
                _run(target, [target.url], _single, CLIENTS, appeals, numbers, seconds)
            )
            ours["batch_endpoint"].append(
                _run(target, [target.url], _batch, BATCH_CLIENTS, appeals, numbers, seconds)
            )
            both = replace(target, pids={**target.pids, "intake 2": second.pid})
            ours["batch_endpoint_two_processes"].append(
                _run(both, [target.url, second.url], _batch, BATCH_CLIENTS, appeals, numbers, seconds)
            )
    return {
        "clients": CLIENTS,
        "rounds": rounds,
        "pgbench_inserts_per_second": round(median(theirs), 1),
        "pgbench_each_round": [round(rate, 1) for rate in theirs],
        **{name: _figures(measured, median(theirs)) for name, measured in ours.items()},
    }


def _figures(measured: Sequence[Measured], theirs: float) -> dict[str, Any]:
    ours = median(sample.per_second for sample in measured)
    accepted = sum(sample.accepted for sample in measured)
    names = measured[0].used
    used = {name: sum(sample.used[name] for sample in measured) * 1_000_000 / accepted for name in names}
    return {
        "accepted_per_second": round(ours, 1),
        "each_round": [round(sample.per_second, 1) for sample in measured],
        "ratio_to_pgbench": round(ours / theirs, 3),
        "processor_microseconds_an_appeal": {name: round(value) for name, value in used.items()},
    }


def _run(
    target: Target,
    urls: Sequence[str],
    client: Any,
    clients: int,
    appeals: Sequence[bytes],
    numbers: Any,
    seconds: int,
) -> Measured:
    before, own = processor.seconds(target.pids), time.process_time()
    began = time.monotonic()

    async def run_clients() -> int:
        end = time.monotonic() + seconds
        chosen = [urls[number % len(urls)] for number in range(clients)]
        return sum(
            await asyncio.gather(*(client(url, target.api_key, appeals, numbers, end) for url in chosen))
        )

    accepted = asyncio.run(run_clients())
    used = processor.used(before, processor.seconds(target.pids))
    return Measured(accepted, time.monotonic() - began, {**used, "driver": time.process_time() - own})


async def _single(
    url: str, api_key: str, appeals: Sequence[bytes], numbers: Iterator[int], end: float
) -> int:
    client = await LeanClient.connected(url, "/v1/appeals", api_key, "application/json")
    accepted = 0
    while time.monotonic() < end:
        number = next(numbers)
        status, _ = await client.post(
            appeals[number % len(appeals)], b"Idempotency-Key: bench-%d\r\n" % number
        )
        if status != 201:
            raise RuntimeError(f"intake answered {status}")
        accepted += 1
    await client.close()
    return accepted


async def _batch(url: str, api_key: str, appeals: Sequence[bytes], numbers: Iterator[int], end: float) -> int:
    client = await LeanClient.connected(url, "/v1/appeals/batch", api_key, "application/x-ndjson")
    accepted = 0
    while time.monotonic() < end:
        lines = [_line(next(numbers), appeals) for _ in range(BATCH_APPEALS)]
        status, content = await client.post(b"".join(lines))
        results = content.count(b'{"status":201,"replayed":false')
        if status != 200 or results != BATCH_APPEALS:
            raise RuntimeError(f"intake answered {status}, and accepted {results} of {BATCH_APPEALS}")
        accepted += results
    await client.close()
    return accepted


def _line(number: int, appeals: Sequence[bytes]) -> bytes:
    return b'{"idempotency_key":"bench-%d","appeal":%b}\n' % (number, appeals[number % len(appeals)])


@dataclass(frozen=True)
class _Process:
    url: str
    pid: int


@contextmanager
def _second_process(target: Target, folder: Path) -> Iterator[_Process]:
    """A second process of intake: the service keeps no state of its own."""
    port = choose(set())
    environment = {**os.environ, **target.environment, "VAHID_HTTP_PORT": str(port)}
    with (folder / "intake-2.log").open("wb") as log:
        command = [sys.executable, "-m", "services.intake"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}")
        yield _Process(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(url: str, limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            with urlopen(f"{url}/readyz", timeout=5):
                return
        except OSError:  # also any status but 2xx
            pass
        time.sleep(0.1)
    raise TimeoutError(f"intake at {url} was not ready within {limit:g} s")
