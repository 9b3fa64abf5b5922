"""`vahid status`: the processes of the installation."""

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.console import Console, echo
from vahid.terminal.output import print_json


def status(home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Show each process of the installation: name, state, pid, address, restarts.

    Exit status: 0 all are ready, 1 one is not, 3 nothing runs.

    Example: vahid status --json
    """

    from vahid.stack import Stack
    from vahid.terminal.stack_progress import show

    stack = Stack(home)
    found = stack.status()
    if as_json:
        print_json(found, indent=2)
    elif not found.processes:
        echo(f"Nothing runs in {stack.home.root}. Start it with `vahid up`.")
    else:
        show(Console(), found)
        if found.error:
            echo(found.error, err=True)
    if found.state in ("stopped", "failed", "dead"):
        raise typer.Exit(3)
    if not all(process.ready for process in found.processes):
        raise typer.Exit(1)
