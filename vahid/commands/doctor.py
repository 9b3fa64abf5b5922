"""`vahid doctor`: look whether the installation keeps its promises."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from doctor.findings import Examination, Finding
from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings

SHOWN = 40


def doctor(
    home: HomeOption = DEFAULT,
    settle: Annotated[
        float, typer.Option(help="Seconds for which something may still be on its way.", min=0)
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Look at every case, every hop and every queue, and name what does not hold.

    Verifies each history's chain, replays it against what is shown, and compares the rooms: no accepted
    appeal lost or doubled, one outcome an opening, no effect without a recorded cause.

    Exit status: 0 all holds, 1 something is broken, 2 a store could not be reached.

    Example: vahid doctor --settle 30
    """
    from doctor.examination import examine

    with _progress(not as_json) as told:
        found = asyncio.run(examine(settings(home), timedelta(seconds=settle), told))
    if as_json:
        typer.echo(json.dumps({**asdict(found), "exit_code": found.exit_code}, ensure_ascii=False))
    else:
        _show(found)
    raise typer.Exit(found.exit_code)


@contextmanager
def _progress(wanted: bool) -> Iterator[Callable[[int, int], None]]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (wanted and console.is_terminal)) as progress:
        task = progress.add_task("cases", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _show(found: Examination) -> None:
    console = Console()
    looked = ", ".join(f"{count} {what}" for what, count in found.counts.items())
    console.print(f"Looked at {looked or 'nothing'}.", soft_wrap=True, highlight=False)
    for store in found.unreachable:
        console.print(f"[bold red]Could not look at {store}[/]")
    if found.findings:
        _rows(found.findings[:SHOWN]).show(console)
    if len(found.findings) > SHOWN:
        console.print(f"and {len(found.findings) - SHOWN} more; --json shows all.")
    if found.exit_code == 0:
        console.print("[green]All invariants hold.[/]")


def _rows(findings: list[Finding]) -> Rows:
    columns = ("level", "code", "subject", "what", "what to do")
    return Rows(columns, [(one.level, one.code, one.subject, one.sentence, one.remedy) for one in findings])
