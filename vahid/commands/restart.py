"""`vahid restart`: stop one process and start it again."""

from typing import Annotated

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.console import echo
from vahid.terminal.output import print_json


def restart(
    name: Annotated[str, typer.Argument(help="Process, as `vahid status` names it.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Restart one process, and wait until it is ready.

    Exit status: 0 it is ready, 1 it is not ready or not known.

    Example: vahid restart router
    """
    from vahid.stack import Stack

    stack = Stack(home)
    stack.restart_process(name)
    stack.wait_until_ready([name])
    process = stack.process(name)
    if as_json:
        print_json(process)
    else:
        echo(f"{name} is ready, pid {process.pid}.")
