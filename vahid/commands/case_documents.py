"""`vahid case documents`: the documents that were added to a case."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from kit.errors import PermanentError, VahidError
from kit.problem import Problem
from kit.rows import Rows
from kit.settings import Settings
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, settings
from vahid.terminal.give_command import CaseArgument
from vahid.terminal.opened_log import note_opening

CLOSED = ("attachment", "appeal", "received", "sealed bytes")
OPENED = ("attachment", "document", "type", "bytes", "file")


def documents(
    case: CaseArgument,
    save: Annotated[
        Path | None, typer.Option(help="Open the documents, and write each into this folder.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why they are opened; noted with who did it.")] = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List the documents of a case; what each is stays sealed, as it may tell of the applicant's health.

    With --save they are opened: that needs a key of staff, the installation's keys, and a --reason, which is
    noted in the home's logs/opened.log. A file that is in the folder already is not written over.

    Exit status: 0 there they are, 1 no such case, or not allowed, or not to be opened, 2 a store could not
    be reached.

    Example: vahid case documents VHD-21-0000042-7 --save scans --reason "asked for by the Commission"
    """
    from sqlalchemy.exc import SQLAlchemyError

    if save is not None and not (reason and reason.strip()):
        raise typer.BadParameter("Say by --reason why the documents are opened.")
    try:
        rows = asyncio.run(_documents(home, case, save, reason or ""))
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (SQLAlchemyError, OSError) as error:
        typer.echo(f"A store could not be reached: {type(error).__name__}.", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(rows, default=str, ensure_ascii=False))
    elif rows:
        columns = CLOSED if save is None else OPENED
        Rows(columns, [tuple(str(row[name]) for name in columns) for row in rows]).show(Console())
    else:
        typer.echo("No document was added to the case.")


async def _documents(home: Path, case: str, save: Path | None, reason: str) -> list[dict[str, Any]]:
    from bulk.saved_documents import attachments_in
    from casework.queries import case_id_of
    from kit.database import Database
    from ledger.store import Ledger

    chosen = settings(home)
    database = Database(chosen.database_url, pool_size=4)
    try:
        case_id = await case_id_of(chosen, case) or case
        history = await Ledger(database).history(case_id)
        if not history:
            remedy = "`vahid case list` lists cases."
            raise PermanentError("case.unknown", f"There is no case {case}.", remedy=remedy)
        found = attachments_in(history)
        if save is not None:
            return await _saved(home, chosen, database, case_id, found, save, reason)
        facts = [(one.attachment_id, one.appeal_id, one.received_at, one.sealed_size) for one in found]
        return [dict(zip(CLOSED, each, strict=True)) for each in facts]
    finally:
        await database.close()


async def _saved(
    home: Path, chosen: Settings, database: Any, case_id: str, found: Any, folder: Path, reason: str
) -> list[dict[str, Any]]:
    from bulk.saved_documents import save
    from kit.api_keys import ApiKeys
    from kit.object_store import Objects
    from kit.vault import Vault

    actor = await ApiKeys(database).authenticate(api_key(home, "staff"), "staff")
    note_opening(home, actor.id, reason, case=case_id, attachments=[one.attachment_id for one in found])
    saved = await save(found, folder, database, Vault(chosen.keys), Objects(chosen.attachments))
    contents = [(one.attachment_id, one.content, one.file) for one in saved]
    facts = [(key, what.document, what.media_type, what.size, file) for key, what, file in contents]
    return [dict(zip(OPENED, each, strict=True)) for each in facts]
