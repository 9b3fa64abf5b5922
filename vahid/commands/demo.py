"""`vahid demo`: run appeals drawn from a seed through a stack of its own, in demo time."""

from pathlib import Path
from typing import Annotated

import typer

from kit.printable import printable_json
from vahid.demo.population import OPENING_WEEKS
from vahid.terminal.connection_options import JsonOption
from vahid.terminal.console import Console, echo
from vahid.terminal.instants import instants_of


def demo(
    appeals: Annotated[
        int, typer.Option(help="How many appeals to send. Default: those of the opening weeks.", min=1)
    ] = OPENING_WEEKS,
    seed: Annotated[int, typer.Option(help="Seed of all random draws.")] = 1,
    home: Annotated[
        Path, typer.Option(help="Folder of the demonstration; removes an earlier demonstration in it.")
    ] = Path(".vahid/demo"),
    pace: Annotated[
        float, typer.Option(help="How fast the days pass; 0.5 for a slow machine.", min=0.1, max=4)
    ] = 1.0,
    limit: Annotated[float, typer.Option(help="Real seconds to wait for the last answer.")] = 600.0,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack running.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start everything, replay the centres' opening weeks, and show who answered what, and how late.

    1,461 persons come in ten weeks from 23 August 2021 on, 155 of them through 142, some twice. Fewer appeals
    come in fewer days. An hour of work takes 0.75 seconds. If much is late that no agency delayed, the
    machine is too slow for that: set --pace. One agency is down for two days.

    At the end, an oracle compares the receipts and the logs of agencies and of the mail and SMS providers
    with the published history. The Commission's report is shown, and recomputed from Kafka alone. The doctor
    checks all invariants. The folder keeps the report as `report.html`.

    Exit status: 0 every appeal was answered once and all of these agree, 1 not.

    Example: vahid demo --appeals 50 --seed 7 --keep
    """
    from vahid.demo.display import live, report
    from vahid.demo.outcome import as_json as plain
    from vahid.demo.run import Demonstration

    console, instants = Console(stderr=as_json), instants_of(None)
    with live(console, instants) as on_progress:
        demonstration = Demonstration(home, appeals, seed, limit, on_progress, pace)
        try:
            outcome = demonstration.run()
        finally:
            if not keep:
                demonstration.stack.stop()
    if as_json:
        echo(printable_json(plain(outcome), default=str))
    else:
        report(console, outcome, instants)
        if keep:
            console.print(f"The stack keeps running. Check it: vahid status --home {home}", highlight=False)
    raise typer.Exit(0 if outcome.sound else 1)
