"""Appeals accepted a second, answered after their commit, by both doors, beside pgbench's one-row inserts."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks import processor
from benchmarks.lean_client import LeanClient
from benchmarks.rows import inserts_per_second
from vahid.demo.population import population
from vahid.stack.ports import choose

CLIENTS = 32
BATCH_CLIENTS = 4
BATCH_APPEALS = 500
ROW_BYTES = 1500
SERVICES = ("disability-assessment", "psychological-support")
_DIFFERENT = 4000
"""Appeals that differ; each is handed in again and again, under a key of its own."""


@dataclass(frozen=True)
class Place:
    """What is measured: where intake listens, and the processes whose processor time is told."""

    url: str
    api_key: str
    database_url: str
    environment: Mapping[str, str]
    pids: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    """Accepted in how many seconds, with the processor seconds of each process."""

    accepted: int
    seconds: float
    used: Mapping[str, float]

    @property
    def per_second(self) -> float:
        """Accepted appeals a second."""
        return self.accepted / self.seconds


def compare(place: Place, folder: Path, rounds: int, seconds: int) -> dict[str, Any]:
    """Rounds of all, one after the other, so that a busy machine hits all; ratios are of the medians."""
    bodies = [
        json.dumps({**one.body, "channel": "online"}).encode() for one in population(_DIFFERENT, 1, SERVICES)
    ]
    numbers = count()
    theirs: list[float] = []
    ours: dict[str, list[Measured]] = {"single_door": [], "batch_door": [], "batch_door_two_processes": []}
    with ExitStack() as running:
        second = running.enter_context(_second_process(place, folder))
        for _ in range(rounds):
            theirs.append(inserts_per_second(place.database_url, folder, CLIENTS, seconds, size=ROW_BYTES))
            ours["single_door"].append(_run(place, [place.url], _single, CLIENTS, bodies, numbers, seconds))
            ours["batch_door"].append(
                _run(place, [place.url], _batch, BATCH_CLIENTS, bodies, numbers, seconds)
            )
            both = Place(
                place.url, place.api_key, place.database_url, {}, {**place.pids, "intake 2": second.pid}
            )
            ours["batch_door_two_processes"].append(
                _run(both, [place.url, second.url], _batch, BATCH_CLIENTS, bodies, numbers, seconds)
            )
    return {
        "clients": CLIENTS,
        "rounds": rounds,
        "pgbench_inserts_per_second": round(median(theirs), 1),
        "pgbench_each_round": [round(one, 1) for one in theirs],
        **{name: _told(measured, median(theirs)) for name, measured in ours.items()},
    }


def _told(measured: Sequence[Measured], theirs: float) -> dict[str, Any]:
    ours = median(one.per_second for one in measured)
    accepted = sum(one.accepted for one in measured)
    names = measured[0].used
    used = {name: sum(one.used[name] for one in measured) * 1_000_000 / accepted for name in names}
    return {
        "accepted_per_second": round(ours, 1),
        "each_round": [round(one.per_second, 1) for one in measured],
        "ratio_to_pgbench": round(ours / theirs, 3),
        "processor_microseconds_an_appeal": {name: round(value) for name, value in used.items()},
    }


def _run(
    place: Place,
    urls: Sequence[str],
    client: Any,
    clients: int,
    bodies: Sequence[bytes],
    numbers: Any,
    seconds: int,
) -> Measured:
    before, own = processor.seconds(place.pids), time.process_time()
    began = time.monotonic()

    async def all_of_them() -> int:
        end = time.monotonic() + seconds
        chosen = [urls[number % len(urls)] for number in range(clients)]
        return sum(
            await asyncio.gather(*(client(url, place.api_key, bodies, numbers, end) for url in chosen))
        )

    accepted = asyncio.run(all_of_them())
    used = processor.used(before, processor.seconds(place.pids))
    return Measured(accepted, time.monotonic() - began, {**used, "driver": time.process_time() - own})


async def _single(url: str, api_key: str, bodies: Sequence[bytes], numbers: Iterator[int], end: float) -> int:
    client = await LeanClient.connected(url, "/v1/appeals", api_key, "application/json")
    accepted = 0
    while time.monotonic() < end:
        number = next(numbers)
        status, _ = await client.post(bodies[number % len(bodies)], b"Idempotency-Key: bench-%d\r\n" % number)
        if status != 201:
            raise RuntimeError(f"intake answered {status}")
        accepted += 1
    await client.close()
    return accepted


async def _batch(url: str, api_key: str, bodies: Sequence[bytes], numbers: Iterator[int], end: float) -> int:
    client = await LeanClient.connected(url, "/v1/appeals/batch", api_key, "application/x-ndjson")
    accepted = 0
    while time.monotonic() < end:
        lines = [_line(next(numbers), bodies) for _ in range(BATCH_APPEALS)]
        status, content = await client.post(b"".join(lines))
        results = content.count(b'{"status":201,"replayed":false')
        if status != 200 or results != BATCH_APPEALS:
            raise RuntimeError(f"intake answered {status}, and accepted {results} of {BATCH_APPEALS}")
        accepted += results
    await client.close()
    return accepted


def _line(number: int, bodies: Sequence[bytes]) -> bytes:
    return b'{"idempotency_key":"bench-%d","appeal":%b}\n' % (number, bodies[number % len(bodies)])


@dataclass(frozen=True)
class _Process:
    url: str
    pid: int


@contextmanager
def _second_process(place: Place, folder: Path) -> Iterator[_Process]:
    """Another intake beside the stack's: the service keeps no state of its own."""
    port = choose(set())
    environment = {**os.environ, **place.environment, "VAHID_HTTP_PORT": str(port)}
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
        except OSError:  # a status that is no 2xx among them
            pass
        time.sleep(0.1)
    raise TimeoutError(f"intake at {url} was not ready within {limit:g} s")
