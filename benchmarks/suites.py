"""The parts of the measurement, each on a stack of its own in a temporary folder."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks import answering, backlog, cases, delivery, importing, intake, open_cases
from benchmarks.machine import describe, load
from kit.clock import Clock
from kit.kafka.admin import ensure_topics
from migrations import upgrade
from schemas.topics import load_contracts
from vahid.stack import Stack
from vahid.stack.options import Only

MONDAY_MORNING = datetime(2021, 8, 23, 9, 30, tzinfo=timezone(timedelta(hours=4)))
INTAKE_SECONDS = 8
BACKLOG_ROWS = 5_000

Told = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds of each comparison, cases (or batches) a round, cases left open, rows."""

    rounds: int
    count: int
    open_cases: int
    rows: int


def measure(chosen: Sequence[str], size: Size, told: Told) -> dict[str, Any]:
    """The figures of the chosen parts, by name, each with the load before and after it; and the machine."""
    measured: dict[str, Any] = {"machine": describe()}
    for name in chosen:
        before = load()
        measured[name] = {**PARTS[name](size, told), "load": {"before": before, "after": load()}}
    return measured


def _cases(size: Size, told: Told) -> dict[str, Any]:
    with _stack("servers", told) as (stack, folder):
        upgrade(stack.environment()["VAHID_DATABASE_URL"])
        return asyncio.run(answering.compare(stack, folder, size.count, size.rounds, told))


def _delivery(size: Size, told: Told) -> dict[str, Any]:
    with _stack("servers", told) as (stack, _):
        environment = stack.environment()
        database_url, bootstrap = environment["VAHID_DATABASE_URL"], environment["VAHID_KAFKA_BOOTSTRAP"]
        upgrade(database_url)
        return asyncio.run(delivery.compare(bootstrap, database_url, size.count, size.rounds, told))


def _open_cases(size: Size, told: Told) -> dict[str, Any]:
    with _stack("servers", told) as (stack, folder):
        upgrade(stack.environment()["VAHID_DATABASE_URL"])
        ensure_topics(stack.environment()["VAHID_KAFKA_BOOTSTRAP"], load_contracts())
        return asyncio.run(open_cases.measure(stack, folder, size.open_cases, told))


def _system(size: Size, told: Told) -> dict[str, Any]:
    with _stack("all", told) as (stack, folder):
        clock = Clock.model_validate_json(stack.environment()["VAHID_CLOCK"])
        told(f"answering {size.count} appeals through the whole system")
        answered = asyncio.run(cases.answered_per_second(stack, clock, folder, size.count))
        return {**answered, "history": asyncio.run(cases.history_of_two_steps(stack))}


def _intake(size: Size, told: Told) -> dict[str, Any]:
    with _stack("all", told) as (stack, folder):
        for name in ("router", "worker", "notifier", "agency-adapter"):
            stack.stop_process(name)
        told("comparing both doors of intake with pgbench; the other services are stopped")
        environment = stack.environment()
        pids = {name: pid for name in ("intake", "postgres", "kafka") if (pid := stack.process(name).pid)}
        place = intake.Place(
            stack.addresses["intake"],
            stack.api_keys["online"],
            environment["VAHID_DATABASE_URL"],
            environment,
            pids,
        )
        return intake.compare(place, folder, size.rounds, INTAKE_SECONDS)


def _import(size: Size, told: Told) -> dict[str, Any]:
    with _stack("all", told) as (stack, folder):
        for name in ("router", "worker", "notifier", "agency-adapter"):
            stack.stop_process(name)
        told(f"importing {size.rows} rows, killing the import and intake; the other services are stopped")
        return importing.bring_in(stack, folder, size.rows)


def _backlog(size: Size, told: Told) -> dict[str, Any]:
    with _stack("all", told) as (stack, folder):
        for name in ("router", "notifier", "agency-adapter"):
            stack.stop_process(name)
        rows = min(size.rows, BACKLOG_ROWS)
        told(f"routing a backlog of {rows}; notifier and agency adapter are stopped")
        return asyncio.run(backlog.drain(stack, folder, rows))


@contextmanager
def _stack(only: Only, told: Told) -> Iterator[tuple[Stack, Path]]:
    with tempfile.TemporaryDirectory(prefix="vahid-bench-") as name:
        stack = Stack(Path(name) / "home", only=only, scale=1.0, epoch=MONDAY_MORNING)
        told("starting the stack")
        stack.start()
        try:
            yield stack, Path(name)
        finally:
            stack.stop()


PARTS: Mapping[str, Callable[[Size, Told], dict[str, Any]]] = {
    "cases": _cases,
    "delivery": _delivery,
    "open": _open_cases,
    "system": _system,
    "intake": _intake,
    "import": _import,
    "backlog": _backlog,
}
"""By name: the case beside its peers, commit to consumer, many open cases, the whole system, intake, a file
brought in, and a backlog."""
