"""`vahid demo`: seeded appeals through all channels, on a stack of its own, in demo time."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vahid.demo.population import OPENING_WEEKS
from vahid.terminal.connection_options import JsonOption


def demo(
    appeals: Annotated[
        int, typer.Option(help="How many appeals; by default those of the opening weeks.", min=1)
    ] = OPENING_WEEKS,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
    home: Annotated[
        Path, typer.Option(help="Folder of the demonstration; an earlier one in it is removed.")
    ] = Path(".vahid/demo"),
    pace: Annotated[
        float, typer.Option(help="How fast the days pass: 0.5 where a machine is too slow.", min=0.1, max=4)
    ] = 1.0,
    limit: Annotated[float, typer.Option(help="Seconds to wait for the last answer.")] = 600.0,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack running.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start everything, replay the centres' opening weeks, and show who answered what, how late.

    1,461 persons come in ten weeks from 23 August 2021 on, 155 of them through 142, some twice; fewer
    appeals in fewer days. An hour of work is three quarters of a second: where much is late that no agency
    delayed, the machine is too slow for it, see --pace. One agency is down for two days. At the end the
    receipts, the agencies' own logs and the mail and SMS providers' are compared with the published history,
    the Commission's report is shown and computed again from Kafka alone, and the doctor looks. The folder
    keeps the report as `report.html`.

    Exit status: 0 every appeal was answered once and all of these agree, 1 not.

    Example: vahid demo --appeals 50 --seed 7 --keep
    """
    from vahid.demo.display import live, report
    from vahid.demo.outcome import as_json as plain
    from vahid.demo.run import Demonstration

    console = Console(stderr=as_json)
    with live(console) as told:
        demonstration = Demonstration(home, appeals, seed, limit, told, pace)
        try:
            outcome = demonstration.run()
        finally:
            if not keep:
                demonstration.stack.stop()
    if as_json:
        typer.echo(json.dumps(plain(outcome), ensure_ascii=False, default=str))
    else:
        report(console, outcome)
        if keep:
            console.print(f"The stack runs on: vahid status --home {home}", highlight=False)
    raise typer.Exit(0 if outcome.sound else 1)
