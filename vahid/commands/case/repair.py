"""`vahid case repair`: restart the workflow of a case whose task keeps failing."""

import asyncio
from pathlib import Path

from kit.errors import PermanentError
from vahid.terminal.case_command import CaseArgument
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    JsonOption,
    authenticated_staff,
    open_database,
    settings,
)
from vahid.terminal.console import echo
from vahid.terminal.output import print_json


def repair(case: CaseArgument, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Restart the workflow of a case whose task keeps failing. No command that it received is lost.

    `vahid doctor` names such cases. Run a repaired worker first. Commands come in again; events that the
    ledger has already are adopted, not written a second time.

    Exit status: 0 restarted, 1 there is nothing to repair, 2 Temporal or the database cannot be reached.

    Example: vahid case repair VHD-21-0000042-7
    """
    case_id, run_id = asyncio.run(_repair(home, case))
    if as_json:
        print_json({"case_id": case_id, "run_id": run_id})
    else:
        echo(f"Restarted case {case_id} from its first task.")


async def _repair(home: Path, case: str) -> tuple[str, str]:
    from casework.queries.case_details import find_case_id
    from kit.temporal import connect
    from workflows.repair import begin_again, is_stuck

    chosen = settings(home)
    async with open_database(chosen) as database:
        actor = await authenticated_staff(database, home)
        case_id = await find_case_id(database, case)
    client = await connect(chosen.temporal_address, chosen.temporal_namespace, keys=chosen.keys)
    if case_id is None or not await is_stuck(client, case_id):
        raise PermanentError(
            "repair.not_stuck",
            f"Case {case} has no workflow whose task keeps failing.",
            remedy="Run `vahid doctor`: it names the cases to repair.",
        )
    return case_id, await begin_again(client, case_id, f"repair by {actor.id}")
