"""The command `vahid`. It lists its commands without importing them, and reports errors in one place."""

import logging
import signal
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from vahid.commands.registry import COMMANDS
from vahid.terminal.console import echo
from vahid.terminal.failures import reported

if TYPE_CHECKING:
    # Typer carries its own copy of Click; its public names are subclasses, too narrow for an override.
    from typer._click.core import Command, Context


def load(name: str) -> "Command":
    """The command `name`, its module imported."""
    registered = COMMANDS[name]
    module = import_module(f"vahid.commands.{registered.module}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(name)(getattr(module, registered.module))
    command: Command = typer.main.get_command(app)
    command.name = name
    return command


class LazyGroup(TyperGroup):
    """Imports a command when it is called, and reports the errors of all commands."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """The names, in the registry's order."""
        return list(COMMANDS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """What the help shows of a command."""
        registered = COMMANDS.get(cmd_name)
        if registered is None:
            return None
        return TyperCommand(cmd_name, help=registered.help, rich_markup_mode=None)

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that is called."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else None, rest

    def invoke(self, ctx: "Context") -> Any:
        """Run the command; a known error ends it with exit status 1 or 2."""
        with reported():
            return super().invoke(ctx)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        echo(version("vahid"))
        raise typer.Exit


@app.callback()
def vahid(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The single window of a state: one appeal, many agencies, deadlines, and a history nobody can change.

    Example: vahid up --detach && vahid status
    """
    from kit import log

    log.configure("vahid", "WARNING")  # on stderr: standard output is for results
    logging.getLogger("kafka").setLevel(logging.ERROR)  # it logs each of its own slow polls


def main() -> None:
    """Run the command line. SIGTERM interrupts a command as Ctrl-C does, so that it can clean up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


if __name__ == "__main__":
    main()
