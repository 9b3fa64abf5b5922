"""`vahid import`: bring a file of appeals in."""

import asyncio
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bulk.importing.batch_submitter import BatchSubmitter
from bulk.importing.columns import read_mapping
from bulk.importing.progress import Counts
from bulk.importing.run import Import, Paths
from bulk.intake_session import intake_session
from kit.errors import PermanentError, TransientError, VahidError
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, intake_url

TOLD_SECONDS = 5.0
ANSWERED_SECONDS = 60.0

File = Annotated[Path, typer.Argument(help="CSV with a header; see the fields in the operations page.")]
Mapping = Annotated[
    Path | None, typer.Option(help='JSON: {"title of a column": "field"}; an empty field leaves it out.')
]
Rejects = Annotated[
    Path | None, typer.Option(help="Where rows go that are not accepted; else FILE.rejects.csv.")
]
Accepted = Annotated[
    Path | None, typer.Option(help="Where to write line and tracking number of what is accepted.")
]
ApiKey = Annotated[
    str | None, typer.Option("--api-key", help="API key of the channel import; else the one kept in --home.")
]
Url = Annotated[
    str | None,
    typer.Option(envvar="VAHID_INTAKE_URL", help="Address of intake; else that of the running stack."),
]
Patience = Annotated[float, typer.Option(help="Seconds to wait for an intake that takes nothing.", min=0)]


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
    """Bring the appeals of a CSV file in. Doing it again, also after a crash, makes no second appeal.

    Every row that is not accepted goes to the rejects, with its line, a code, and what to do; correct that
    file and import it as it is. It holds personal data, and only you can read it.

    Exit status: 0 all accepted, 1 a row was rejected or the file cannot be taken, 2 intake was not reached,
    130 stopped by Ctrl-C.

    Example: vahid import backlog.csv --rejects backlog.rejects.csv
    """
    try:
        paths = Paths(file, rejects or file.with_name(f"{file.stem}.rejects.csv"), accepted)
        secret = own_key or api_key(home, "import")
        if not secret:
            message = f"There is no API key for the channel 'import' in {home}."
            raise PermanentError("api_key.missing", message, remedy="Give one by --api-key.")
        run = Import(paths, read_mapping(mapping), secret)
        began = time.monotonic()
        counts = _bring_in(run, file, url or intake_url(home), secret, patience)
    except KeyboardInterrupt:
        typer.echo("Stopped; what was accepted stays. Run the same command to go on.", err=True)
        raise typer.Exit(130) from None
    except VahidError as error:
        _say_why(error)
        raise typer.Exit(2 if isinstance(error, TransientError) else 1) from None
    _print(counts, run, paths, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(1 if counts.rejected else 0)


def _bring_in(run: Import, file: Path, url: str, secret: str, patience: float) -> Counts:
    console = Console(stderr=True)
    with _bar(console) as bar:
        task = bar.add_task("importing", total=file.stat().st_size, told="")
        told_at = time.monotonic()

        def watch(counts: Counts, position: int) -> None:
            nonlocal told_at
            bar.update(task, completed=position, told=_sentence(counts))
            if not console.is_terminal and time.monotonic() - told_at > TOLD_SECONDS:
                told_at = time.monotonic()
                typer.echo(_sentence(counts), err=True)

        return asyncio.run(_sent(run, url, secret, patience, watch))


async def _sent(run: Import, url: str, secret: str, patience: float, watch: Any) -> Counts:
    async with intake_session(url, seconds=ANSWERED_SECONDS) as session:
        return await run.run(BatchSubmitter(session, secret, patience), watch)


def _bar(console: Console) -> Progress:
    """A bar over the bytes of the file; in a pipe there is a plain line now and then instead."""
    columns = (BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[told]}"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _sentence(counts: Counts) -> str:
    before = f", {counts.before:,} accepted before" if counts.before else ""
    return f"{counts.rows:,} rows: {counts.accepted:,} accepted{before}, {counts.rejected:,} rejected"


def _print(counts: Counts, run: Import, paths: Paths, seconds: float, *, as_json: bool) -> None:
    rejects = str(paths.rejects) if counts.rejected else None
    if as_json:
        told = {**asdict(counts), "rejects": rejects, "resumed_after_line": run.resumed_after}
        typer.echo(json.dumps(told | {"seconds": round(seconds, 1)}))
        return
    typer.echo(f"{_sentence(counts)}.")
    if rejects:
        typer.echo(f"Correct {rejects}, and import it as it is. It holds personal data.")


def _say_why(error: VahidError) -> None:
    typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
    if isinstance(error, TransientError):
        typer.echo("What was accepted stays. Run the same command to go on.", err=True)
