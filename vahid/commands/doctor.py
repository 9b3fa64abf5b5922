"""`vahid doctor`: check the invariants of the installation."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import Progress

from doctor.findings import Examination, Finding
from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings
from vahid.terminal.console import Console
from vahid.terminal.output import print_json

SHOWN = 40


def doctor(
    home: HomeOption = DEFAULT,
    settle: Annotated[
        float, typer.Option(help="Seconds that a case may take to record a command.", min=0)
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Check every case, every hop and every queue, and name each invariant that is broken.

    It verifies the chain of each history and compares its replay with the read model. It compares the stores:
    no accepted appeal is lost or doubled, each opening has one outcome, each effect has a recorded cause.

    Exit status: 0 all invariants hold, 1 one is broken, 2 a store cannot be reached.

    Example: vahid doctor --settle 30
    """
    from doctor.examination import examine

    with _progress(not as_json) as progressed:
        found = asyncio.run(examine(settings(home), timedelta(seconds=settle), progressed))
    if as_json:
        print_json({**asdict(found), "exit_code": found.exit_code})
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
    checked = ", ".join(f"{count} {what}" for what, count in found.counts.items())
    console.print(f"Checked {checked or 'nothing'}.", soft_wrap=True, highlight=False)
    for store in found.unreachable:
        console.print(f"Could not check {store}", style="bold red")
    if found.findings:
        _rows(found.findings[:SHOWN]).show(console)
    if len(found.findings) > SHOWN:
        console.print(f"and {len(found.findings) - SHOWN} more; --json shows all.")
    if found.exit_code == 0:
        console.print("All invariants hold.", style="green")


def _rows(findings: list[Finding]) -> Rows:
    columns = ("level", "code", "subject", "finding", "what to do")
    return Rows(
        columns,
        [
            (finding.level, finding.code, finding.subject, finding.sentence, finding.remedy)
            for finding in findings
        ],
    )
