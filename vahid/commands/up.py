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
from vahid.terminal.connection_options import DEFAULT, HomeOption

if TYPE_CHECKING:
    from vahid.stack.progress import Progress


def up(
    home: HomeOption = DEFAULT,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when all is ready.")] = False,
    only: Annotated[
        Only,
        typer.Option(help="Start the servers alone, or these and the simulators, or all."),
    ] = "all",
    scale: Annotated[
        float | None, typer.Option(min=0.001, help="Demo time: how many times faster than real time.")
    ] = None,
    epoch: Annotated[
        str | None,
        typer.Option(help="Demo time: what the clock shows at the first start, ISO 8601 with zone."),
    ] = None,
) -> None:
    """Start PostgreSQL, Apache Kafka, Temporal, the simulators and the services; Ctrl-C stops them all.

    A process that dies is started again. A server is not started where VAHID_DATABASE_URL,
    VAHID_KAFKA_BOOTSTRAP or VAHID_TEMPORAL_ADDRESS names another one. Ports are chosen at the first start and
    kept; VAHID_<NAME>_PORT sets one.

    Exit status: 0 stopped by Ctrl-C or ready in the background, 1 could not be started.

    Example: vahid up --detach --scale 43200 --epoch 2021-08-23T09:00+04:00
    """
    from vahid.stack.progress import Progress

    options = Options(home=Path(home), only=only, scale=scale, epoch=_instant(epoch))
    progress = Progress.of(sys.stdout)
    with progress:
        if detach:
            _in_background(options, progress)
        else:
            asyncio.run(_in_foreground(options, progress))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time.", param_hint="--epoch") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone, as in +04:00.", param_hint="--epoch")
    return instant


def _in_background(options: Options, progress: "Progress") -> None:
    from vahid.stack import Stack

    stack = Stack(
        options.home,
        only=options.only,
        scale=options.scale,
        epoch=options.epoch,
    )
    stack.start(progress.show)
    progress.say(f"Ready. `vahid logs NAME` shows a log, `vahid down` stops all (home {stack.home.root}).")


async def _in_foreground(options: Options, progress: "Progress") -> None:
    from vahid.stack.supervisor import Supervisor

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    progress.say(f"Starting as process {os.getpid()}; Ctrl-C stops all.")
    await Supervisor(options, progress.show, progress.say).run(stop)
