"""The suites of measurements, each on a stack of its own in a temporary folder."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks import answering, backlog, cases, console, delivery, importing, intake, open_cases
from benchmarks.machine import describe, load
from kit.clock import Clock
from kit.kafka.admin import ensure_topics
from kit.key_files import create_keys
from migrations import upgrade
from schemas.topics import load_contracts
from vahid.stack import Stack
from vahid.stack.options import Only

MONDAY_MORNING = datetime(2021, 8, 23, 9, 30, tzinfo=timezone(timedelta(hours=4)))
INTAKE_SECONDS = 8
BACKLOG_ROWS = 5_000
CONSOLE_OPEN = 2_000

OnProgress = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much to measure: rounds of each comparison, cases or batches a round, cases left open, rows."""

    rounds: int
    count: int
    open_cases: int
    rows: int


def measure(chosen: Sequence[str], size: Size, on_progress: OnProgress) -> dict[str, Any]:
    """The figures of the chosen suites, by name, with the load before and after each; and the machine."""
    measured: dict[str, Any] = {"machine": describe()}
    for name in chosen:
        before = load()
        measured[name] = {**SUITES[name](size, on_progress), "load": {"before": before, "after": load()}}
    return measured


def _cases(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("servers", on_progress) as (stack, folder):
        upgrade(stack.environment()["VAHID_DATABASE_URL"])
        return asyncio.run(answering.compare(stack, folder, size.count, size.rounds, on_progress))


def _delivery(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("servers", on_progress) as (stack, _):
        environment = stack.environment()
        database_url, bootstrap = environment["VAHID_DATABASE_URL"], environment["VAHID_KAFKA_BOOTSTRAP"]
        upgrade(database_url)
        return asyncio.run(delivery.compare(bootstrap, database_url, size.count, size.rounds, on_progress))


def _open_cases(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("servers", on_progress) as (stack, folder):
        upgrade(stack.environment()["VAHID_DATABASE_URL"])
        ensure_topics(stack.environment()["VAHID_KAFKA_BOOTSTRAP"], load_contracts())
        return asyncio.run(open_cases.measure(stack, folder, size.open_cases, on_progress))


def _system(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("all", on_progress) as (stack, folder):
        clock = Clock.model_validate_json(stack.environment()["VAHID_CLOCK"])
        on_progress(f"answering {size.count} appeals through the whole system")
        answered = asyncio.run(cases.answered_per_second(stack, clock, folder, size.count))
        return {**answered, "history": asyncio.run(cases.history_of_two_steps(stack))}


def _intake(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("all", on_progress) as (stack, folder):
        for name in ("router", "worker", "notifier", "agency-adapter"):
            stack.stop_process(name)
        on_progress("comparing both endpoints of intake with pgbench; the other services are stopped")
        environment = stack.environment()
        pids = {name: pid for name in ("intake", "postgres", "kafka") if (pid := stack.process(name).pid)}
        target = intake.Target(
            stack.addresses["intake"],
            stack.api_keys["online"],
            environment["VAHID_DATABASE_URL"],
            environment,
            pids,
        )
        return intake.compare(target, folder, size.rounds, INTAKE_SECONDS)


def _import(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("all", on_progress) as (stack, folder):
        for name in ("router", "worker", "notifier", "agency-adapter"):
            stack.stop_process(name)
        on_progress(f"importing {size.rows} rows, killing import and intake; the other services are stopped")
        return importing.import_with_kills(stack, folder, size.rows)


def _backlog(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("all", on_progress) as (stack, folder):
        for name in ("router", "notifier", "agency-adapter"):
            stack.stop_process(name)
        rows = min(size.rows, BACKLOG_ROWS)
        on_progress(f"routing a backlog of {rows}; notifier and agency adapter are stopped")
        return asyncio.run(backlog.drain(stack, folder, rows))


def _console(size: Size, on_progress: OnProgress) -> dict[str, Any]:
    with _stack("all", on_progress) as (stack, _):
        clock = Clock.model_validate_json(stack.environment()["VAHID_CLOCK"])
        open_cases = min(size.open_cases, CONSOLE_OPEN)
        return asyncio.run(console.measure(stack, clock, size.rows, open_cases, on_progress))


@contextmanager
def _stack(only: Only, on_progress: OnProgress) -> Iterator[tuple[Stack, Path]]:
    with tempfile.TemporaryDirectory(prefix="vahid-bench-") as name:
        stack = Stack(Path(name) / "home", only=only, scale=1.0, epoch=MONDAY_MORNING)
        on_progress("starting the stack")
        stack.start()
        try:
            create_keys(Path(stack.environment()["VAHID_KEYS"]))
            yield stack, Path(name)
        finally:
            stack.stop()


SUITES: Mapping[str, Callable[[Size, OnProgress], dict[str, Any]]] = {
    "cases": _cases,
    "delivery": _delivery,
    "open": _open_cases,
    "system": _system,
    "intake": _intake,
    "import": _import,
    "backlog": _backlog,
    "console": _console,
}
"""By name: a case against its peers, commit to consumer, many open cases, the whole system, intake, an
import, a backlog, the console."""
