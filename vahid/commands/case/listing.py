"""`vahid case list`: the list of cases."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, open_database, settings
from vahid.terminal.console import Console
from vahid.terminal.instants import instants_of
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from casework.queries.case_list import CaseFilter, CaseSummary


def list_cases(
    status: Annotated[
        Literal["open", "answered", "handed_over"] | None, typer.Option(help="Only cases of this status.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Only cases that wait for this agency.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only open cases past their statutory term.")] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Only cases with an open task.")] = False,
    agenda: Annotated[bool, typer.Option("--agenda", help="Only cases on the Commission's agenda.")] = False,
    triage: Annotated[
        bool, typer.Option("--triage", help="Only cases with an appeal that a person must place.")
    ] = False,
    limit: Annotated[int, typer.Option(help="List at most so many cases.", min=1)] = 50,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List cases, the earliest due first. What is late is computed now.

    Exit status: 0 listed, 2 the database cannot be reached.

    Example: vahid case list --agency moh --late
    """
    from casework.queries.case_list import CaseFilter
    from vahid.terminal import case_views as views

    wanted = CaseFilter(status=status, agency=agency, late=late, tasks=tasks, agenda=agenda, triage=triage)
    found = asyncio.run(_listed(home, wanted, limit))
    if as_json:
        print_json(found)
    else:
        views.case_rows(found, instants_of(settings(home).catalogue)).show(Console())


async def _listed(home: Path, wanted: "CaseFilter", limit: int) -> "tuple[CaseSummary, ...]":
    from casework.queries.case_list import list_cases as query

    chosen = settings(home)
    async with open_database(chosen) as database:
        return await query(database, wanted, chosen.clock.now(), limit)
