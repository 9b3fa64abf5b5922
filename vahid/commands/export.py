"""`vahid export`: accepted appeals, for a spreadsheet or a program."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal

import typer

from kit.private_files import new_file, refuse_existing
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    open_database,
    settings,
)
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.opened_log import OverwriteOption, ReasonOption, given, opened_vault

if TYPE_CHECKING:
    from bulk.exporting import Window
    from kit.settings import Settings

app = typer.Typer(help="Export accepted appeals as CSV or JSON Lines.", no_args_is_help=True)

FileFormat = Literal["csv", "jsonl"]
Since = Annotated[
    str | None,
    typer.Option(
        help="Received then or later: ISO 8601; without an offset, time of the catalogue's calendar."
    ),
]
Until = Annotated[str | None, typer.Option(help="Received before then; written as --since.")]
Format = Annotated[FileFormat, typer.Option("--format", help="csv or jsonl.")]
Output = Annotated[Path | None, typer.Option(help="File to write; by default standard output.")]
Open = Annotated[
    str | None,
    typer.Option(
        "--open", help="Sealed fields to open, separated by commas, for example applicant.phone; or all."
    ),
]


@app.callback()
def export() -> None:
    """Export accepted appeals as CSV or JSON Lines."""


@app.command()
def appeals(
    since: Since = None,
    until: Until = None,
    format_: Format = "csv",
    output: Output = None,
    open_: Open = None,
    reason: ReasonOption = None,
    overwrite: OverwriteOption = False,
    home: HomeOption = DEFAULT,
) -> None:
    """Export the appeals, oldest first: ids, channel, times, services, and how their cases stand.

    Sealed fields are left out, unless --open names them. That needs an API key of the staff, the
    installation's keys, and a --reason, which is recorded in the home's logs/opened.log. No cell is a
    formula: an apostrophe stands before it, which `vahid import` removes. Only you can read the file.

    Exit status: 0 written, 1 refused, 2 a store cannot be reached.

    Example: vahid export appeals --since 2021-09-01 --format jsonl --output september.jsonl
    """
    from bulk.exporting import Window, fields_of

    why = given(reason) if open_ else ""
    refuse_existing(output, overwrite=overwrite)
    chosen = settings(home)
    instants = instants_of(chosen.catalogue)
    window = Window(_parsed(since, instants), _parsed(until, instants))
    try:
        with _file(output, overwrite=overwrite) as file:
            asyncio.run(_export(chosen, home, fields_of(open_), window, format_, file, why))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _export(
    chosen: "Settings",
    home: Path,
    fields: tuple[str, ...],
    window: "Window",
    format_: FileFormat,
    file: IO[str],
    reason: str,
) -> None:
    from bulk.exporting import export_appeals

    async with open_database(chosen, command_seconds=60) as database:
        vault = (
            await opened_vault(database, home, reason, fields=fields, **_bounds(window)) if fields else None
        )
        await export_appeals(database, vault, fields, window, format_, file)


@contextmanager
def _file(output: Path | None, *, overwrite: bool) -> Iterator[IO[str]]:
    """Standard output, or a file that only its owner can read."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with new_file(output, overwrite=overwrite) as file:
        written = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        yield written
        written.detach()


def _bounds(window: "Window") -> dict[str, str | None]:
    bounds = {"since": window.since, "until": window.until}
    return {name: instant.isoformat() if instant else None for name, instant in bounds.items()}


def _parsed(text: str | None, instants: Instants) -> datetime | None:
    return instants.parse(text) if text else None
