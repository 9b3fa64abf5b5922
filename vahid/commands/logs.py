"""`vahid logs`: the log of one process."""

import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from kit.errors import PermanentError
from kit.printable import printable
from vahid.stack.home import Home
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.output import print_json

_POLL_SECONDS = 0.2


def logs(
    name: Annotated[str, typer.Argument(help="Process, as `vahid status` names it; or supervisor, migrate.")],
    home: HomeOption = DEFAULT,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Number of last lines.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow the log until Ctrl-C.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the last lines of the log of one process, as it wrote them. With --json, an object a line.

    Exit status: 0 shown, 1 there is no such log.

    Example: vahid logs intake --follow
    """
    file = _log_file(home, name)
    with file.open(errors="replace") as log:
        _print(deque(log, lines), name, as_json)
        while follow:
            try:
                _print(log, name, as_json)
                time.sleep(_POLL_SECONDS)
            except KeyboardInterrupt:
                return


def _log_file(home: Path, name: str) -> Path:
    folder = Home(home.expanduser().resolve()).logs
    file = folder / f"{name}.log"
    if file.parent != folder or not file.is_file():
        known = ", ".join(sorted(log.stem for log in folder.glob("*.log"))) or "none"
        raise PermanentError("log.unknown", f"There is no log of {name!r}.", remedy=f"Use one of: {known}.")
    return file


def _print(lines: Iterable[str], name: str, as_json: bool) -> None:
    if as_json:
        for line in lines:
            print_json({"process": name, "line": line.rstrip("\n")})
    else:
        sys.stdout.writelines(map(printable, lines))
        sys.stdout.flush()
