"""`vahid bench`: the figures of docs/figures.md, measured on this machine."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vahid.terminal.connection_options import JsonOption

PARTS = ("cases", "delivery", "open", "system", "intake", "import", "backlog")


def bench(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"What to measure: {', '.join(PARTS)}. All by default.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Rounds of each comparison.", min=1)] = 3,
    count: Annotated[int, typer.Option(help="Cases, or turns, a round.", min=10)] = 200,
    open_cases: Annotated[
        int, typer.Option("--open", help="Cases left open in the part open.", min=20)
    ] = 10_000,
    rows: Annotated[
        int, typer.Option(help="Rows of the import; of the backlog 5,000 at most.", min=1000)
    ] = 100_000,
    as_json: JsonOption = False,
) -> None:
    """Measure ourselves beside peers, in turn, in one run, and say on which machine.

    cases: the case workflow beside a bare workflow and a naive design of the same work. delivery: from a
    commit to a consumer, beside a raw produce. open: memory and disk of many open cases, what another case
    costs beside them, and all of them due at one instant. system: appeals from the door to the answer.
    intake: accepted appeals beside pgbench, by both doors. import: a file with rows broken in every way, the
    import and intake killed in between. backlog: how what was imported is routed. Each part starts a stack
    of its own in a temporary folder and removes it.

    Exit status: 0 measured, 2 no such part.

    Example: vahid bench cases --rounds 3 --count 200 --json
    """
    chosen = parts or list(PARTS)
    if unknown := sorted(set(chosen) - set(PARTS)):
        raise typer.BadParameter(f"There is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}.")
    from benchmarks.suites import Size, measure

    console = Console(stderr=True)
    with console.status("measuring") as status:

        def told(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False)

        measured = measure(chosen, Size(rounds, count, open_cases, rows), told)
    if as_json:
        typer.echo(json.dumps(measured))
    else:
        _show(measured)


def _show(measured: Mapping[str, Any]) -> None:
    for part, figures in measured.items():
        table = Table("figure", "value", title=part, title_justify="left")
        for name, value in rows(figures):
            table.add_row(name, value)
        Console().print(table)


def rows(figures: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """The figures as rows; the name of one that lies in others begins with theirs."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from rows(value, f"{within}{name} · ")
        elif isinstance(value, list):
            yield f"{within}{name}", ", ".join(map(str, value))
        else:
            yield f"{within}{name}", str(value)
