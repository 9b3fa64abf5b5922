"""How a command line gives a case a command: the common arguments, the outcome, the exit status."""

import asyncio
import re
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vahid.terminal.connection_options import api_key, settings
from vahid.terminal.console import echo
from vahid.terminal.failures import reported
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from casework.commands.context import CommandBuilder
    from casework.commands.session import Scope
    from workflows.case.commands import CommandOutcome

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="Case id, or tracking number of an appeal.")
]
StepArgument = Annotated[str, typer.Argument(metavar="STEP", help="Step, as `vahid case show` lists it.")]
TrackArgument = Annotated[str, typer.Argument(metavar="TRACK", help="Track, as `vahid case show` lists it.")]
TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Task, as `vahid case show` lists it.")]
ReasonOption = Annotated[str, typer.Option(help="Reason code, for example documents_missing; not free text.")]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _key(value: str | None) -> str | None:
    if value is not None and not _KEY.fullmatch(value):
        raise typer.BadParameter("Use up to 100 letters, digits, dots, dashes and underscores.")
    return value


def _note(value: str | None) -> str | None:
    return sys.stdin.read().strip() if value == "-" else value


_NOTE_HELP = "Free text, stored sealed; - reads it from standard input."
NoteOption = Annotated[str | None, typer.Option("--note", help=_NOTE_HELP, callback=_note)]
RequiredNote = Annotated[str, typer.Option("--note", help=_NOTE_HELP, callback=_note)]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--command-id", help="Id of this command: repeated under it, it is executed once.", callback=_key
    ),
]


def execute(
    case: str,
    builder: "CommandBuilder",
    home: Path,
    as_json: bool,
    *,
    key: str | None,
    note: str | None = None,
    scope: "Scope" = "staff",
    other: str | None = None,
) -> None:
    """Execute a command on the case, print its outcome and exit: 0 accepted, 1 refused, 2 no outcome.

    With exit status 2 the case may have executed it or not: the same command id makes it safe to repeat.
    """
    key = key or str(uuid.uuid4())
    with reported(hint=f"To repeat the command, add: --command-id {key}"):
        outcome = asyncio.run(_execute(case, builder, home, key, note, scope, other))
    if as_json:
        print_json({**outcome.model_dump(exclude={"digest"}), "command_id": key})
    else:
        echo("Accepted." if outcome.accepted else f"Refused ({outcome.code}). {outcome.allowed}")
    raise typer.Exit(0 if outcome.accepted else 1)


async def _execute(
    case: str,
    builder: "CommandBuilder",
    home: Path,
    key: str,
    note: str | None,
    scope: "Scope",
    other: str | None,
) -> "CommandOutcome":
    from casework.commands.session import open_session

    async with open_session(settings(home), api_key(home, scope), scope) as session:
        return await session.execute(case, builder, note=note, key=key, other=other)
