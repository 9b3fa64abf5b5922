"""How a command line gives a case a command: its common options, its answer, its exit status."""

import asyncio
import json
import re
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kit.errors import TransientError, VahidError
from kit.problem import Problem
from vahid.terminal.connection_options import api_key, settings

if TYPE_CHECKING:
    from casework.command_context import CommandBuilder
    from casework.session import Scope

    from workflows.case.commands import CommandOutcome

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case id, or a tracking number.")]
StepArgument = Annotated[str, typer.Argument(metavar="STEP", help="The step, as `case show` names it.")]
TrackArgument = Annotated[str, typer.Argument(metavar="TRACK", help="The track, as `case show` names it.")]
TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="The task, as `case show` names it.")]
ReasonOption = Annotated[str, typer.Option(help="A reason code, as documents_missing; no free text.")]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _key(value: str | None) -> str | None:
    if value is not None and not _KEY.fullmatch(value):
        raise typer.BadParameter("up to 100 letters, digits, dots, dashes and underscores")
    return value


def _note(value: str | None) -> str | None:
    return sys.stdin.read().strip() if value == "-" else value


NoteOption = Annotated[
    str | None,
    typer.Option(help="Free text; it is sealed. A dash reads it from standard input.", callback=_note),
]
NeededNote = Annotated[
    str, typer.Option(help="Free text; it is sealed. A dash reads it from standard input.", callback=_note)
]
KeyOption = Annotated[
    str | None,
    typer.Option("--command-id", help="Given again, the command has the outcome it had.", callback=_key),
]


def give(
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
    """Give the case a command, print its outcome and exit: 0 accepted, 1 refused, 2 it could not be asked.

    `other` is the id, or a tracking number, of another case that the command is about.
    """
    from sqlalchemy.exc import SQLAlchemyError
    from temporalio.service import RPCError

    key = key or str(uuid.uuid4())
    try:
        outcome = asyncio.run(_give(case, builder, home, key, note, scope, other))
    except TransientError as error:
        _not_asked(f"{error.message} {error.remedy}", key)
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (RPCError, SQLAlchemyError, OSError) as error:
        _not_asked(f"A store could not be reached: {type(error).__name__}. See `vahid status`.", key)
    if as_json:
        typer.echo(json.dumps({**outcome.model_dump(), "command_id": key}))
    else:
        typer.echo("Accepted." if outcome.accepted else f"Refused ({outcome.code}). {outcome.allowed}")
    raise typer.Exit(0 if outcome.accepted else 1)


async def _give(
    case: str,
    builder: "CommandBuilder",
    home: Path,
    key: str,
    note: str | None,
    scope: "Scope",
    other: str | None,
) -> "CommandOutcome":
    from casework.session import UNKNOWN_CASE, open_session

    from casework.queries import case_id_of

    chosen = settings(home)
    case_id = await case_id_of(chosen, case)
    other_id = None if other is None else await case_id_of(chosen, other)
    if case_id is None or (other is not None and other_id is None):
        return UNKNOWN_CASE
    async with open_session(chosen, api_key(home, scope), scope) as session:
        return await session.give(case_id, builder, note=note, key=key, other=other_id)


def _not_asked(why: str, key: str) -> NoReturn:
    """Whether the case heard it is not known: the same id makes it safe to say it again."""
    typer.echo(f"{why} To give the same command again, add: --command-id {key}", err=True)
    raise typer.Exit(2) from None
