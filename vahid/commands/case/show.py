"""`vahid case show`: one case with its history."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from vahid.terminal.case_command import CaseArgument
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, open_database, settings
from vahid.terminal.console import Console
from vahid.terminal.instants import instants_of
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from casework.queries.case_details import CaseDetails


def show(case: CaseArgument, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Show a case: its tasks, tracks, steps and clocks, and its history with causes.

    Exit status: 0 shown, 1 there is no such case, 2 the database cannot be reached.

    Example: vahid case show VHD-21-0000042-7
    """
    from vahid.terminal import case_views as views

    found = asyncio.run(read(home, case))
    if as_json:
        state = found.case.model_dump(mode="json", exclude_none=True)
        print_json({"case": state, "late": found.late, "history": found.entries, "now": found.now})
    else:
        views.show_case(Console(), found, instants_of(settings(home).catalogue))


async def read(home: Path, case: str) -> "CaseDetails":
    """The case as of the installation's business time.

    Raises:
        PermanentError: `case.unknown`.
    """
    from casework.queries.case_details import read_case

    chosen = settings(home)
    async with open_database(chosen) as database:
        return await read_case(database, case, chosen.clock.now())
