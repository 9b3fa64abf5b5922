"""`vahid case documents`: the documents that were added to a case."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.rows import Rows
from vahid.terminal.case_command import CaseArgument
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    JsonOption,
    open_database,
    settings,
)
from vahid.terminal.console import Console, echo
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.opened_log import ReasonOption, given, opened_vault
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from kit.database import Database
    from kit.settings import Settings

SEALED = ("attachment", "appeal", "received", "sealed bytes")
OPENED = ("attachment", "document", "type", "bytes", "file")


def documents(
    case: CaseArgument,
    save: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Open the documents and write them to this folder.")
    ] = None,
    reason: ReasonOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List the documents of a case. Their kind stays sealed, as it may reveal the applicant's health.

    --save opens them. It needs an API key of the staff, the installation's keys, and a --reason, which is
    recorded in the home's logs/opened.log. It never overwrites a file.

    Exit status: 0 listed or saved, 1 refused or there is no such case, 2 a store cannot be reached.

    Example: vahid case documents VHD-21-0000042-7 --save scans --reason "asked for by the Commission"
    """
    why = given(reason) if save is not None else ""
    found = asyncio.run(_documents(home, case, save, why))
    if as_json:
        print_json(found)
    elif found:
        _rows(found, SEALED if save is None else OPENED, instants_of(settings(home).catalogue)).show(
            Console()
        )
    else:
        echo("The case has no documents.")


def _rows(found: Sequence[dict[str, Any]], columns: Sequence[str], instants: Instants) -> Rows:
    headings = [instants.heading(name) if name == "received" else name for name in columns]
    rows = [
        [instants.cell(row[name]) if name == "received" else str(row[name]) for name in columns]
        for row in found
    ]
    return Rows(headings, rows)


async def _documents(home: Path, case: str, save: Path | None, reason: str) -> list[dict[str, Any]]:
    from bulk.saved_documents import attachments_in
    from casework.queries.case_details import require_case_id
    from ledger.store import Ledger

    chosen = settings(home)
    async with open_database(chosen) as database:
        case_id = await require_case_id(database, case)
        found = attachments_in(await Ledger(database).history(case_id))
        if save is not None:
            return await _saved(home, chosen, database, case_id, found, save, reason)
    facts = [(added.attachment_id, added.appeal_id, added.received_at, added.sealed_size) for added in found]
    return [dict(zip(SEALED, each, strict=True)) for each in facts]


async def _saved(
    home: Path,
    chosen: "Settings",
    database: "Database",
    case_id: str,
    found: Any,
    folder: Path,
    reason: str,
) -> list[dict[str, Any]]:
    from bulk.saved_documents import save
    from kit.object_store import Objects

    attachments = [added.attachment_id for added in found]
    vault = await opened_vault(database, home, reason, case=case_id, attachments=attachments)
    saved = await save(found, folder, database, vault, Objects(chosen.attachments))
    facts = [
        (
            document.attachment_id,
            document.content.document,
            document.content.media_type,
            document.content.size,
            document.file,
        )
        for document in saved
    ]
    return [dict(zip(OPENED, each, strict=True)) for each in facts]
