"""`vahid up`: start the stack, in the foreground with a live table, or in the background."""

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vahid.stack.options import Only, Options
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from vahid.stack import Stack
    from vahid.terminal.stack_progress import StackProgress


def up(
    home: HomeOption = DEFAULT,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when all is ready.")] = False,
    only: Annotated[
        Only,
        typer.Option(help="Start only the servers, or the servers and the simulators."),
    ] = "all",
    scale: Annotated[
        float | None, typer.Option(min=0.001, help="Demo time: how many times faster than real time.")
    ] = None,
    epoch: Annotated[
        str | None,
        typer.Option(help="Demo time: business time at the first start, ISO 8601 with an offset."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start PostgreSQL, Apache Kafka, Temporal, the simulators and the services. Ctrl-C stops them all.

    A process that dies is started again. To use another server, name it by VAHID_DATABASE_URL,
    VAHID_KAFKA_BOOTSTRAP or VAHID_TEMPORAL_ADDRESS. Ports are chosen at the first start and kept; set one by
    VAHID_<NAME>_PORT. With --json, progress goes to standard error, and --detach prints the status.

    Exit status: 0 stopped by Ctrl-C, or ready in the background; 1 could not be started.

    Example: vahid up --detach --scale 43200 --epoch 2021-08-23T09:00+04:00
    """
    from vahid.terminal.stack_progress import StackProgress

    options = Options(home=Path(home), only=only, scale=scale, epoch=_epoch(epoch))
    progress = StackProgress.of(sys.stderr if as_json else sys.stdout)
    with progress:
        if detach:
            stack = _start_in_background(options, progress)
        else:
            asyncio.run(_run_in_foreground(options, progress))
    if detach and as_json:
        print_json(stack.status(), indent=2)


def _epoch(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time.", param_hint="--epoch") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset, as in +04:00.", param_hint="--epoch")
    return instant


def _start_in_background(options: Options, progress: "StackProgress") -> "Stack":
    from vahid.stack import Stack

    stack = Stack(
        options.home,
        only=options.only,
        scale=options.scale,
        epoch=options.epoch,
    )
    stack.start(progress.show)
    hints = "Show a log with `vahid logs NAME`, stop all with `vahid down`"
    progress.print_line(f"Ready. {hints} (home {stack.home.root}).")
    return stack


async def _run_in_foreground(options: Options, progress: "StackProgress") -> None:
    from vahid.stack.supervision.supervisor import Supervisor

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    progress.print_line(f"Starting, pid {os.getpid()}. Stop all with Ctrl-C.")
    await Supervisor(options, progress.show, progress.print_line).run(stop)
