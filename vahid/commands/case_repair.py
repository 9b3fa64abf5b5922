"""`vahid case repair`: begin a case again whose workflow's task keeps failing."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kit.errors import PermanentError, VahidError
from kit.problem import Problem
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, settings

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case id, or a tracking number.")]


def repair(case: CaseArgument, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Begin a case again whose workflow's task keeps failing; nothing that it was told is lost.

    `vahid doctor` names such cases. Run a worker that is mended first. Commands come in again, and what is in
    the ledger already is adopted, not written a second time.

    Exit status: 0 begun again, 1 there is nothing to repair, 2 Temporal or the database could not be reached.

    Example: vahid case repair VHD-21-0000042-7
    """
    from sqlalchemy.exc import SQLAlchemyError
    from temporalio.service import RPCError

    try:
        case_id, run_id = asyncio.run(_repair(home, case))
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (RPCError, SQLAlchemyError, OSError) as error:
        typer.echo(f"A store could not be reached: {type(error).__name__}. See `vahid status`.", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps({"case_id": case_id, "run_id": run_id}))
    else:
        typer.echo(f"Case {case_id} begins again from its first task.")


async def _repair(home: Path, case: str) -> tuple[str, str]:
    from casework.queries import case_id_of
    from kit.api_keys import ApiKeys
    from kit.database import Database
    from kit.temporal import connect
    from workflows.repair import begin_again, is_stuck

    chosen = settings(home)
    database = Database(chosen.database_url, pool_size=2)
    try:
        actor = await ApiKeys(database).authenticate(api_key(home, "staff"), "staff")
    finally:
        await database.close()
    case_id = await case_id_of(chosen, case)
    client = await connect(chosen.temporal_address, chosen.temporal_namespace)
    if case_id is None or not await is_stuck(client, case_id):
        raise PermanentError(
            "repair.not_stuck",
            f"Case {case} has no workflow whose task keeps failing.",
            remedy="`vahid doctor` names the cases that need it.",
        )
    return case_id, await begin_again(client, case_id, f"repair by {actor.id}")
