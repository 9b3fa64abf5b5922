"""`vahid import`: import a file of appeals."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bulk.importing.batch_submitter import BatchSubmitter
from bulk.importing.columns import read_mapping
from bulk.importing.progress import Counts
from bulk.importing.run import Import, Paths
from bulk.intake_session import intake_session
from kit.errors import PermanentError
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, intake_url
from vahid.terminal.console import Console, echo
from vahid.terminal.failures import reported
from vahid.terminal.output import print_json

LINE_SECONDS = 5.0
ANSWERED_SECONDS = 60.0

File = Annotated[Path, typer.Argument(help="CSV with a header; the operations page lists the fields.")]
Mapping = Annotated[
    Path | None,
    typer.Option(help='JSON file, {"title of a column": "field"}; an empty field ignores the column.'),
]
Rejects = Annotated[
    Path | None, typer.Option(help="File for the rejected rows; by default FILE.rejects.csv.")
]
Accepted = Annotated[
    Path | None, typer.Option(help="File for the line and the tracking number of each accepted row.")
]
ApiKey = Annotated[
    str | None,
    typer.Option("--api-key", help="API key of the channel import; by default the one kept in --home."),
]
Url = Annotated[
    str | None,
    typer.Option(envvar="VAHID_INTAKE_URL", help="Address of intake; by default that of the running stack."),
]
Patience = Annotated[float, typer.Option(help="Seconds to wait for an intake that does not answer.", min=0)]


def import_appeals(
    file: File,
    mapping: Mapping = None,
    rejects: Rejects = None,
    accepted: Accepted = None,
    own_key: ApiKey = None,
    url: Url = None,
    patience: Patience = 300.0,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Import the appeals of a CSV file. Repeating it, also after a crash, makes no second appeal.

    Each rejected row is written to the rejects, with its line, a code, and what to do. Correct that file and
    import it as it is. It holds personal data, and only you can read it.

    Exit status: 0 all accepted, 1 a row was rejected or the file cannot be read, 2 intake cannot be reached,
    130 stopped by Ctrl-C.

    Example: vahid import backlog.csv --rejects backlog.rejects.csv
    """
    paths = Paths(file, rejects or file.with_name(f"{file.stem}.rejects.csv"), accepted)
    began = time.monotonic()
    try:
        with reported(hint="Accepted rows stay accepted. Repeat the command to continue."):
            secret = _secret(own_key, home)
            run = Import(paths, read_mapping(mapping), secret)
            counts = _import(run, file, url or intake_url(home), secret, patience)
    except KeyboardInterrupt:
        echo("Stopped. Accepted rows stay accepted. Repeat the command to continue.", err=True)
        raise typer.Exit(130) from None
    _print(counts, run, paths, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(1 if counts.rejected else 0)


def _secret(own_key: str | None, home: Path) -> str:
    secret = own_key or api_key(home, "import")
    if not secret:
        message = f"There is no API key for the channel 'import' in {home}."
        raise PermanentError("api_key.missing", message, remedy="Give one with --api-key.")
    return secret


def _import(run: Import, file: Path, url: str, secret: str, patience: float) -> Counts:
    console = Console(stderr=True)
    with _bar(console) as bar:
        task = bar.add_task("importing", total=file.stat().st_size, counted="")
        printed_at = time.monotonic()

        def progressed(counts: Counts, position: int) -> None:
            nonlocal printed_at
            bar.update(task, completed=position, counted=_sentence(counts))
            if not console.is_terminal and time.monotonic() - printed_at > LINE_SECONDS:
                printed_at = time.monotonic()
                echo(_sentence(counts), err=True)

        return asyncio.run(_run(run, url, secret, patience, progressed))


async def _run(
    run: Import, url: str, secret: str, patience: float, progressed: Callable[[Counts, int], None]
) -> Counts:
    async with intake_session(url, seconds=ANSWERED_SECONDS) as session:
        return await run.run(BatchSubmitter(session, secret, patience), progressed)


def _bar(console: Console) -> Progress:
    """A bar over the bytes of the file; in a pipe, lines are printed instead."""
    columns = (BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[counted]}"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _sentence(counts: Counts) -> str:
    before = f", {counts.before:,} accepted before" if counts.before else ""
    return f"{counts.rows:,} rows: {counts.accepted:,} accepted{before}, {counts.rejected:,} rejected"


def _print(counts: Counts, run: Import, paths: Paths, seconds: float, *, as_json: bool) -> None:
    rejects = str(paths.rejects) if counts.rejected else None
    if as_json:
        more = {"rejects": rejects, "resumed_after_line": run.resumed_after, "seconds": round(seconds, 1)}
        print_json({**asdict(counts), **more})
        return
    echo(f"{_sentence(counts)}.")
    if rejects:
        echo(f"Correct {rejects}, and import it as it is. It holds personal data.")
