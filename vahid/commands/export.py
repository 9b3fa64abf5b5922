"""`vahid export`: what was accepted, for a spreadsheet or a program."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import typer
from sqlalchemy.exc import SQLAlchemyError

from kit.api_keys import ApiKeys
from kit.errors import VahidError
from kit.problem import Problem
from kit.settings import Settings
from vahid.terminal.connection_options import DEFAULT, HomeOption, api_key, settings
from vahid.terminal.opened_log import note_opening

app = typer.Typer(help="Write what was accepted as CSV or JSON Lines.", no_args_is_help=True)

Since = Annotated[datetime | None, typer.Option(help="Received at this business time (UTC) or later.")]
Until = Annotated[datetime | None, typer.Option(help="Received before this business time (UTC).")]
Format = Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv or jsonl.")]
Output = Annotated[Path | None, typer.Option(help="The file to write; else standard output.")]
Open = Annotated[
    str | None,
    typer.Option("--open", help="Sealed fields to open, by commas, as applicant.phone; all for all."),
]
Reason = Annotated[str | None, typer.Option(help="Why they are opened; noted with who did it.")]


@app.callback()
def export() -> None:
    """Write what was accepted as CSV or JSON Lines."""


@app.command()
def appeals(
    since: Since = None,
    until: Until = None,
    format_: Format = "csv",
    output: Output = None,
    open_: Open = None,
    reason: Reason = None,
    home: HomeOption = DEFAULT,
) -> None:
    """Write the appeals, oldest first: ids, channel, times, services, and how their cases stand.

    What is sealed stays closed, unless --open names fields: that needs a key of staff, the installation's
    keys, and a --reason, which is noted in the home's logs/opened.log. No cell is a formula; an apostrophe
    before one is taken off again by `vahid import`.

    Exit status: 0 written, 1 not allowed, or a store cannot be reached.

    Example: vahid export appeals --since 2021-09-01 --format jsonl --output september.jsonl
    """
    from bulk.exporting import Window, export_appeals, fields_of

    if open_ and not (reason and reason.strip()):
        raise typer.BadParameter("Say by --reason why sealed fields are opened.")
    try:
        fields, window = fields_of(open_), Window(_utc(since), _utc(until))
        asyncio.run(_exported(settings(home), home, export_appeals, fields, window, format_, output, reason))
    except Problem as problem:
        typer.echo(f"{problem.detail} {problem.remedy}".strip(), err=True)
        raise typer.Exit(1) from None
    except VahidError as error:
        typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
        raise typer.Exit(1) from None
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        what = f"The database cannot be read, or the file cannot be written ({type(error).__name__})."
        typer.echo(f"{what} Does the installation run? See `vahid status`.", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _exported(
    chosen: Settings,
    home: Path,
    export_appeals: Any,
    fields: tuple[str, ...],
    window: Any,
    format_: str,
    output: Path | None,
    reason: str | None,
) -> None:
    from kit.database import Database

    database = Database(chosen.database_url, 4, command_seconds=60)
    try:
        if fields:
            actor = await ApiKeys(database).authenticate(api_key(home, "staff"), "staff")
            bounds = {"since": _shown(window.since), "until": _shown(window.until)}
            note_opening(home, actor.id, reason or "", fields=fields, **bounds)
        async with _file(output) as file:
            await export_appeals(database, chosen, fields, window, format_, file)
    finally:
        await database.close()


@asynccontextmanager
async def _file(output: Path | None) -> AsyncIterator[IO[str]]:
    """Standard output, or a file that only its owner can read."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    descriptor = os.open(output, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        yield file


def _shown(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
