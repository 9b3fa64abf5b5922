"""`vahid case why`: why a case or one of its steps is due when it is."""

import asyncio
from collections.abc import Iterable
from typing import Annotated

import typer

from casework.queries.deadlines import STATUTORY_TERM, ExplainedClock
from vahid.commands.case.show import read
from vahid.terminal.case_command import CaseArgument
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings
from vahid.terminal.console import Console
from vahid.terminal.explanations import show_explanation
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.output import print_json


def why(
    case: CaseArgument,
    subject: Annotated[
        str, typer.Argument(metavar="[STEP]", help="Step; by default the case's statutory term.")
    ] = STATUTORY_TERM,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Explain when a case or a step is due: calendar, holidays, suspensions, extension.

    Days are counted by the catalogue's present calendar. A note follows where the case's own calendar gives
    another end.

    Exit status: 0 explained, 1 there is no such case or step, 2 the database cannot be reached.

    Example: vahid case why VHD-21-0000042-7 t1.examine
    """
    from casework.queries.deadlines import explain_clocks
    from catalogue.loader import load

    found = asyncio.run(read(home, case))
    chosen = settings(home).catalogue
    clocks = explain_clocks(load(chosen), found.case, subject)
    if as_json:
        print_json(clocks)
    else:
        _show(clocks, instants_of(chosen))


def _show(clocks: Iterable[ExplainedClock], instants: Instants) -> None:
    console = Console()
    for clock in clocks:
        console.out(_title(clock, instants), highlight=False)
        for suspension in clock.suspensions:
            period = instants.period(suspension.since, suspension.until)
            console.out(
                f"Charged to {suspension.charged_to}: {period} ({suspension.reason})", highlight=False
            )
        show_explanation(console, clock.why, instants)
        if clock.promised:
            console.out(
                "A revised calendar would make it due earlier; what was promised is kept.", highlight=False
            )
        if clock.by_another_calendar:
            counted = f"The present calendar counts to {instants.text(clock.why.due_at)}."
            kept = f"The case keeps {clock.calendar[:15]} until `vahid case revise-calendar`."
            console.out(f"{counted} {kept}", highlight=False)


def _title(clock: ExplainedClock, instants: Instants) -> str:
    due = f"due {instants.text(clock.due_at)}" if clock.due_at else "no deadline, the clock is suspended"
    days = f"{clock.working_days} working days ({clock.legal_basis})"
    if clock.extension_days:
        days += f" and {clock.extension_days} by extension ({clock.extension_basis})"
    return f"{clock.kind.replace('_', ' ')} of {clock.subject}: {due}, {days}"
