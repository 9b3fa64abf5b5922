"""`vahid restart`."""

from typing import Annotated

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption


def restart(
    name: Annotated[str, typer.Argument(help="A process, as `vahid status` names it.")],
    home: HomeOption = DEFAULT,
) -> None:
    """Stop one process, start it again, and wait until it is ready.

    Exit status: 0 it is ready, 1 it is not or is not known.

    Example: vahid restart router
    """
    from vahid.stack import Stack

    stack = Stack(home)
    stack.restart_process(name)
    stack.wait_until_ready([name])
    typer.echo(f"{name} is ready, as process {stack.process(name).pid}.")
