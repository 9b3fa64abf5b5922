"""`python -m benchmarks`: the figures of docs/figures.md, measured on this machine."""

import asyncio
import json
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import cases, intake
from benchmarks.machine import describe
from kit.clock import Clock
from vahid.stack import Stack

MONDAY_MORNING = datetime(2021, 8, 23, 9, 30, tzinfo=timezone(timedelta(hours=4)))


def main(
    count: Annotated[int, typer.Option(help="Appeals for the cases a second.", min=10)] = 300,
    rounds: Annotated[int, typer.Option(help="Rounds of the intake comparison.", min=1)] = 3,
    seconds: Annotated[int, typer.Option(help="Seconds a round.", min=1)] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure accepted appeals a second, answered cases a second, and the history of a case of two steps.

    Starts a stack of its own in a temporary folder; takes about three minutes. Exit status: 0 measured.

    Example: python -m benchmarks --count 300 --json
    """
    measured: dict[str, Any] = {"machine": describe()}
    with tempfile.TemporaryDirectory(prefix="vahid-bench-") as folder:
        stack = Stack(Path(folder) / "home", scale=1.0, epoch=MONDAY_MORNING)
        _say("starting the stack")
        stack.start()
        try:
            measured |= _measure(stack, Path(folder), count, rounds, seconds)
        finally:
            stack.stop()
    typer.echo(json.dumps(measured, indent=None if as_json else 2))


def _measure(stack: Stack, folder: Path, count: int, rounds: int, seconds: int) -> dict[str, Any]:
    environment = stack.environment()
    clock = Clock.model_validate_json(environment["VAHID_CLOCK"])
    _say(f"answering {count} appeals")
    answered = asyncio.run(cases.answered_per_second(stack, clock, folder, count))
    _say("reading histories")
    histories = asyncio.run(cases.history_of_two_steps(stack))
    _say("comparing intake with pgbench; the bodies and the router are stopped")
    for name in ("router", "worker", "notifier", "agency-adapter"):
        stack.stop_process(name)
    accepted = intake.compare(
        stack.addresses["intake"],
        stack.api_keys["online"],
        environment["VAHID_DATABASE_URL"],
        folder,
        rounds,
        seconds,
    )
    return {"answered": answered, "history": histories, "intake": accepted}


def _say(what: str) -> None:
    sys.stderr.write(f"{what} …\n")


if __name__ == "__main__":
    typer.run(main)
