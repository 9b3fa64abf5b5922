"""The command `vahid`. Each sub-command lives in a module of its own, loaded only when it is called."""

import logging
import signal
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from kit.errors import VahidError

if TYPE_CHECKING:
    # Typer carries its own copy of Click; its public names are subclasses, too narrow for an override.
    from typer._click.core import Command, Context

COMMANDS = {
    "up": "Start the servers, simulators and services of one machine.",
    "down": "Stop them all; data is kept.",
    "status": "Show each process: pid, address, readiness, restarts.",
    "restart": "Stop one process and start it again.",
    "logs": "Show the log of one process.",
    "demo": "Send seeded appeals through all channels and watch them answered.",
    "report": "Show the Commission's report, and compute it again from Kafka alone.",
    "submit": "Bring an appeal from a JSON file.",
    "import": "Bring the appeals of a CSV file in; safe to do again.",
    "export": "Write what was accepted as CSV or JSON Lines.",
    "case": "List cases, and show one.",
    "deadline": "Say when a term ends, and why.",
    "keys": "List, issue and revoke API keys.",
    "catalogue": "Check and show the catalogue.",
    "dlq": "List messages that a consumer could not handle, and send them back.",
    "bench": "Measure this machine: ourselves beside peers, in one run.",
    "doctor": "Look whether everything that was accepted is where it must be.",
}
"""Name and purpose; the module `vahid.commands.<name>` has a Typer `app` or a function of the same name."""
MODULES = {"import": "import_appeals"}
"""The module and function of a command whose name is a word of the language."""


def load(name: str) -> "Command":
    """The command `name`, its module imported."""
    place = MODULES.get(name, name)
    module = import_module(f"vahid.commands.{place}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(name)(getattr(module, place))
    command: Command = typer.main.get_command(app)
    command.name = name
    return command


class LazyGroup(TyperGroup):
    """Lists the commands without importing them, and tells an error of ours in a plain sentence."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """The names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """What the list of commands shows of one."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name], rich_markup_mode=None)

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that is called."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else None, rest

    def invoke(self, ctx: "Context") -> Any:
        """Run the command; an error of ours ends it with exit status 1."""
        try:
            return super().invoke(ctx)
        except VahidError as error:
            typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("vahid"))
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

    log.configure("vahid", "WARNING")  # on stderr: standard output is for what was asked
    logging.getLogger("kafka").setLevel(logging.ERROR)  # it remarks on each of its own turns that was slow


def main() -> None:
    """Run the command line. SIGTERM ends a command as Ctrl-C does: what it began is brought to an end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


if __name__ == "__main__":
    main()
