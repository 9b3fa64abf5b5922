"""`vahid case list`: the list of cases."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, open_database, settings
from vahid.terminal.console import Console
from vahid.terminal.instants import calendar_of, instants_of
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from casework.queries.case_list import CaseFilter, CaseSummary


def list_cases(
    status: Annotated[
        Literal["open", "answered", "handed_over"] | None, typer.Option(help="Only cases of this status.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Only cases that wait for this agency.")] = None,
    service: Annotated[str | None, typer.Option(help="Only cases that ask for this service.")] = None,
    district: Annotated[str | None, typer.Option(help="Only cases of this district.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only open cases past their statutory term.")] = False,
    at_risk: Annotated[
        bool,
        typer.Option(
            "--at-risk", help="Only open cases past their last reminder, or due within a working day."
        ),
    ] = False,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Only open cases that wait for a person or a repair.")
    ] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Only cases with an open task.")] = False,
    agenda: Annotated[bool, typer.Option("--agenda", help="Only cases on the Commission's agenda.")] = False,
    triage: Annotated[
        bool, typer.Option("--triage", help="Only cases with an appeal that a person must place.")
    ] = False,
    limit: Annotated[int, typer.Option(help="List at most so many cases.", min=1)] = 50,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List cases, the earliest due first. What is late, at risk or stuck is computed now.

    Exit status: 0 listed, 2 the database cannot be reached.

    Example: vahid case list --agency moh --late
    """
    from casework.queries.case_list import CaseFilter
    from vahid.terminal import case_views as views

    wanted = CaseFilter(
        status=status,
        agency=agency,
        service=service,
        district=district,
        late=late,
        at_risk=at_risk,
        stuck=stuck,
        tasks=tasks,
        agenda=agenda,
        triage=triage,
    )
    found = asyncio.run(_listed(home, wanted, limit))
    if as_json:
        print_json(found)
    else:
        views.case_rows(found, instants_of(settings(home).catalogue)).show(Console())


async def _listed(home: Path, wanted: "CaseFilter", limit: int) -> "tuple[CaseSummary, ...]":
    from casework.computed_on_read import Moment
    from casework.queries.case_list import list_cases as query

    chosen = settings(home)
    moment = Moment.of(calendar_of(chosen.catalogue), chosen.clock.now())
    async with open_database(chosen) as database:
        return await query(database, wanted, moment, limit)
