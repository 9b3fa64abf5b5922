"""`vahid status`."""

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption


def status(home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Show each process of the installation: name, pid, address, readiness, restarts.

    Exit status: 0 all are ready, 1 one is not, 3 nothing runs.

    Example: vahid status --json
    """
    from rich.console import Console

    from vahid.stack import Stack
    from vahid.stack.progress import table

    stack = Stack(home)
    found = stack.status()
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    elif not found.processes:
        typer.echo(f"Nothing runs in {stack.home.root}; `vahid up` starts it.")
    else:
        Console().print(table(found))
        if found.error:
            typer.echo(found.error, err=True)
    if found.state in ("stopped", "failed", "dead"):
        raise typer.Exit(3)
    if not all(process.ready for process in found.processes):
        raise typer.Exit(1)
