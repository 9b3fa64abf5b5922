"""`vahid down`."""

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption


def down(home: HomeOption = DEFAULT) -> None:
    """Stop all processes of the installation, services first. Data is kept.

    Exit status: 0 all have ended (or none ran), 1 they did not end.

    Example: vahid down
    """
    from vahid.stack import Stack

    stack = Stack(home)
    ran = stack.status().state not in ("stopped", "failed")
    stack.stop()
    typer.echo("Stopped." if ran else "Nothing was running.")
