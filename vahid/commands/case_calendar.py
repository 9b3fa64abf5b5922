"""`vahid case revise-calendar`: have open deadlines counted by the catalogue's present calendar."""

import asyncio
import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kit.errors import TransientError, VahidError
from kit.problem import Problem
from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, settings
from vahid.terminal.give_command import KeyOption, give

_LINE_EVERY = 500
"""After so many cases a pipe gets a line."""


def revise_calendar(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="The case id, or a tracking number.")
    ] = None,
    all_open: Annotated[bool, typer.Option("--all-open", help="Every open case.")] = False,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Have the deadlines of a case, or of all open ones, counted by the catalogue's present calendar.

    Deadlines that are still ahead move, and the history says so; nobody becomes late by it. Interrupted, give
    it again with the same --command-id: cases that have heard it already do not hear it twice.

    Exit status: 0 accepted, 1 refused by a case, 2 a case could not be asked.

    Example: vahid case revise-calendar --all-open --command-id holidays-2027
    """
    if (case is None) != all_open:
        raise typer.BadParameter("name a case, or give --all-open")
    if case is not None:
        from casework.calendar_revision import revise

        give(case, revise, home, as_json, key=command_id)
    key = command_id or str(uuid.uuid4())
    typer.echo(f"Interrupted, go on by: --command-id {key}", err=True)
    counted, troubles = _all_open(home, key)
    if as_json:
        typer.echo(json.dumps({"command_id": key, **counted, "troubles": troubles}))
    else:
        typer.echo(f"{counted['accepted']} accepted, {counted['refused']} refused, {counted['unasked']} not.")
        if troubles:
            Rows(("case", "why"), [tuple(one.values()) for one in troubles]).show(Console())
    raise typer.Exit(2 if counted["unasked"] else 1 if counted["refused"] else 0)


def _all_open(home: Path, key: str) -> tuple[dict[str, int], list[dict[str, str]]]:
    from sqlalchemy.exc import SQLAlchemyError
    from temporalio.service import RPCError

    try:
        return asyncio.run(_revise_all(home, key))
    except (RPCError, SQLAlchemyError, OSError, TransientError) as error:
        typer.echo(f"A store could not be reached: {type(error).__name__}. See `vahid status`.", err=True)
        raise typer.Exit(2) from None
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


async def _revise_all(home: Path, key: str) -> tuple[dict[str, int], list[dict[str, str]]]:
    from casework.calendar_revision import count_open, revise_open
    from casework.session import open_session
    from kit.database import Database

    chosen = settings(home)
    database = Database(chosen.database_url, pool_size=2)
    counted, troubles = Counter({"accepted": 0, "refused": 0, "unasked": 0}), []
    try:
        async with open_session(chosen, api_key(home, "staff")) as session:
            with _progress() as progress:
                bar = progress.add_task("cases", total=await count_open(database))
                async for case_id, outcome in revise_open(session, database, key):
                    what, why = _became(outcome)
                    counted[what] += 1
                    if why:
                        troubles.append({"case": case_id, "why": why})
                    progress.advance(bar)
                    _line(progress, counted.total())
    finally:
        await database.close()
    return dict(counted), troubles


def _became(outcome: Any) -> tuple[str, str]:
    """What became of one case, and why where it is trouble."""
    if isinstance(outcome, TransientError):
        return "unasked", outcome.code
    if isinstance(outcome, VahidError):
        return "refused", outcome.message
    return ("accepted", "") if outcome.accepted else ("refused", outcome.code)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _line(progress: Progress, done: int) -> None:
    if progress.disable and done % _LINE_EVERY == 0:
        typer.echo(f"{done} of {progress.tasks[0].total:.0f} cases", err=True)
