"""`vahid case revise-calendar`: move open deadlines to the catalogue's present calendar."""

import asyncio
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kit.errors import TransientError, VahidError
from kit.rows import Rows
from vahid.terminal.case_command import KeyOption, execute
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    JsonOption,
    api_key,
    open_database,
    settings,
)
from vahid.terminal.console import Console, echo
from vahid.terminal.failures import reported
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from workflows.case.commands import CommandOutcome

_LINE_EVERY = 500
"""In a pipe, a line is printed after so many cases."""

Unrevised = dict[str, str]
"""A case that did not accept the command, and why."""


def revise_calendar(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Case id, or tracking number of an appeal.")
    ] = None,
    all_open: Annotated[bool, typer.Option("--all-open", help="Revise every open case.")] = False,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Move the deadlines of a case, or of all open cases, to the catalogue's present calendar.

    Only deadlines that are still ahead move, and the history records it; no case becomes late. After an
    interruption, repeat it under the same --command-id: no case executes it twice.

    Exit status: 0 accepted, 1 a case refused it, 2 of a case no outcome is known.

    Example: vahid case revise-calendar --all-open --command-id holidays-2027
    """
    if (case is None) != all_open:
        raise typer.BadParameter("Name a case, or give --all-open.")
    if case is not None:
        from casework.commands.calendar import revise

        execute(case, revise, home, as_json, key=command_id)
    key = command_id or str(uuid.uuid4())
    echo(f"To continue after an interruption, add: --command-id {key}", err=True)
    with reported():
        counted, unrevised = asyncio.run(_revise_all(home, key))
    if as_json:
        print_json({"command_id": key, **counted, "unrevised": unrevised})
    else:
        counts = f"{counted['accepted']} accepted, {counted['refused']} refused"
        echo(f"{counts}, {counted['no_outcome']} without an outcome.")
        if unrevised:
            Rows(("case", "why"), [tuple(failed.values()) for failed in unrevised]).show(Console())
    raise typer.Exit(2 if counted["no_outcome"] else 1 if counted["refused"] else 0)


async def _revise_all(home: Path, key: str) -> tuple[dict[str, int], list[Unrevised]]:
    from casework.commands.calendar import revise_open_cases
    from casework.commands.session import open_session
    from casework.queries.case_list import count_open_cases

    chosen = settings(home)
    counted, unrevised = Counter({"accepted": 0, "refused": 0, "no_outcome": 0}), []
    async with (
        open_session(chosen, api_key(home, "staff")) as session,
        open_database(chosen, pool_size=2) as database,
    ):
        with _progress() as progress:
            bar = progress.add_task("cases", total=await count_open_cases(database))
            async for case_id, outcome in revise_open_cases(session, database, key):
                kind, why = _classified(outcome)
                counted[kind] += 1
                if why:
                    unrevised.append({"case": case_id, "why": why})
                progress.advance(bar)
                _line(progress, counted.total())
    return dict(counted), unrevised


def _classified(outcome: "CommandOutcome | VahidError") -> tuple[str, str]:
    """The outcome of one case, and why it was not accepted."""
    if isinstance(outcome, TransientError):
        return "no_outcome", outcome.code
    if isinstance(outcome, VahidError):
        return "refused", str(outcome)
    return ("accepted", "") if outcome.accepted else ("refused", outcome.code)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _line(progress: Progress, done: int) -> None:
    if progress.disable and done % _LINE_EVERY == 0:
        echo(f"{done} of {progress.tasks[0].total:.0f} cases", err=True)
