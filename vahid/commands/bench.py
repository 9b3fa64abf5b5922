"""`vahid bench`: measure the figures of docs/figures.md on this machine."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from vahid.terminal.connection_options import JsonOption
from vahid.terminal.console import Console
from vahid.terminal.output import print_json

SUITES = ("cases", "delivery", "open", "system", "intake", "import", "backlog", "console")


def bench(
    suites: Annotated[
        list[str] | None, typer.Argument(help=f"What to measure: {', '.join(SUITES)}. Default: all.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Rounds of each comparison.", min=1)] = 3,
    count: Annotated[int, typer.Option(help="Cases or batches a round.", min=10)] = 200,
    open_cases: Annotated[
        int, typer.Option("--open", help="Cases left open by the suite open.", min=20)
    ] = 10_000,
    rows: Annotated[
        int,
        typer.Option(
            help="Rows of the import; cases of the console; of the backlog 5,000 at most.", min=1000
        ),
    ] = 100_000,
    as_json: JsonOption = False,
) -> None:
    """Measure this system and its peers in one run, and show the machine.

    cases: the case workflow, compared with a bare workflow and a naive design. delivery: from a commit to a
    consumer, compared with a raw produce. open: memory and disk of many open cases, the cost of another case
    beside them, and all of them due at one instant. system: appeals from intake to the answer. intake:
    appeals accepted by both endpoints, compared with pgbench. import: a file with rows broken in every way;
    the import and intake are killed once each. backlog: routing many appeals that wait. console: its
    pages over many cases, and how far they are behind the ledger. Each suite starts
    its own stack in a temporary folder and removes it.

    Exit status: 0 measured, 2 unknown suite.

    Example: vahid bench cases --rounds 3 --count 200 --json
    """
    chosen = suites or list(SUITES)
    if unknown := sorted(set(chosen) - set(SUITES)):
        raise typer.BadParameter(f"Unknown suite: {', '.join(unknown)}. Choose from: {', '.join(SUITES)}.")
    from benchmarks.suites import Size, measure

    console = Console(stderr=True)
    with console.status("measuring") as status:

        def on_progress(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False)

        measured = measure(chosen, Size(rounds, count, open_cases, rows), on_progress)
    if as_json:
        print_json(measured)
    else:
        _show(measured)


def _show(measured: Mapping[str, Any]) -> None:
    for suite, figures in measured.items():
        table = Table("figure", "value", title=suite, title_justify="left")
        for name, value in rows(figures):
            table.add_row(name, value)
        Console().print(table)


def rows(figures: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """The figures as rows; a nested figure's name begins with those around it."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from rows(value, f"{within}{name} · ")
        elif isinstance(value, list):
            yield f"{within}{name}", ", ".join(map(str, value))
        else:
            yield f"{within}{name}", str(value)
