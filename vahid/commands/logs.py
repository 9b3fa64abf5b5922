"""`vahid logs`."""

import sys
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption


def logs(
    name: Annotated[
        str, typer.Argument(help="A process, as `vahid status` names it; or supervisor, migrate.")
    ],
    home: HomeOption = DEFAULT,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show the last lines of the log of one process.

    Exit status: 0 shown, 1 there is no such log.

    Example: vahid logs intake --follow
    """
    from vahid.stack.home import Home

    folder = Home(home.expanduser().resolve()).logs
    file = folder / f"{name}.log"
    if file.parent != folder or not file.is_file():
        names = ", ".join(sorted(log.stem for log in folder.glob("*.log"))) or "none"
        typer.echo(f"There is no log of {name!r}. There are: {names}.", err=True)
        raise typer.Exit(1)
    with file.open(errors="replace") as log:
        sys.stdout.writelines(deque(log, lines))
        sys.stdout.flush()
        if follow:
            _follow(file, log.tell())


def _follow(file: Path, position: int) -> None:
    import time

    with file.open(errors="replace") as log:
        log.seek(position)
        try:
            while True:
                sys.stdout.write(log.read())
                sys.stdout.flush()
                time.sleep(0.2)
        except KeyboardInterrupt:
            return
