"""`vahid case why`: why a case or one of its steps is due when it is."""

import asyncio
import json
from collections.abc import Iterable
from typing import Annotated

import typer
from casework.explained_clocks import CASE, ExplainedClock, explained, subjects
from rich.console import Console

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings
from vahid.terminal.explanations import show_explanation
from vahid.terminal.give_command import CaseArgument


def why(
    case: CaseArgument,
    subject: Annotated[
        str, typer.Argument(metavar="[STEP]", help="A step; without one the case's statutory term.")
    ] = CASE,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Say why a case or a step is due when it is: calendar, holidays, suspensions, extension.

    Days are told by the catalogue's present calendar; where that is not the case's own and gives another end,
    it is said.

    Exit status: 0 told, 1 there is no such case or step.

    Example: vahid case why VHD-21-0000042-7 t1.examine
    """
    from casework.queries import read_case
    from catalogue.loader import load
    from workflows.case.state import CaseState

    chosen = settings(home)
    found = asyncio.run(read_case(chosen, case))
    if found is None:
        typer.echo(f"There is no case {case}; `vahid case list` lists cases.", err=True)
        raise typer.Exit(1)
    state = CaseState.model_validate(found["case"])
    if subject not in subjects(state):
        known = ", ".join(subjects(state))
        typer.echo(f"Nothing is due for {subject!r}. Clocks have: {known}.", err=True)
        raise typer.Exit(1)
    clocks = explained(load(chosen.catalogue), state, subject)
    if as_json:
        typer.echo(json.dumps([clock.model_dump(mode="json") for clock in clocks], ensure_ascii=False))
    else:
        _show(clocks)


def _show(clocks: Iterable[ExplainedClock]) -> None:
    console = Console()
    for clock in clocks:
        console.out(_title(clock), highlight=False)
        for one in clock.suspensions:
            until = f"to {one.until:%Y-%m-%d %H:%M}" if one.until else "and stands still"
            period = f"{one.since:%Y-%m-%d %H:%M} {until}"
            console.out(f"Charged to {one.charged_to}: {period} ({one.reason})", highlight=False)
        show_explanation(console, clock.why)
        if clock.by_another_calendar:
            ends = f"counts to {clock.why.due_at:%Y-%m-%d %H:%M}; the case goes by {clock.calendar[:15]}"
            console.out(f"The present calendar {ends} until `vahid case revise-calendar`.", highlight=False)


def _title(clock: ExplainedClock) -> str:
    due = f"due {clock.due_at:%A %Y-%m-%d %H:%M}" if clock.due_at else "no deadline: the clock stands still"
    days = f"{clock.working_days} working days ({clock.legal_basis})"
    if clock.extension_days:
        days += f" and {clock.extension_days} by extension ({clock.extension_basis})"
    return f"{clock.kind.replace('_', ' ')} of {clock.subject}: {due}, {days}"
