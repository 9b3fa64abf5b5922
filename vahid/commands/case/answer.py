"""`vahid case answer`: the answer to a track of a case, as its document."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.errors import PermanentError
from kit.private_files import refuse_existing, write_private
from schemas.appeals import Language
from vahid.terminal.case_command import CaseArgument
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    JsonOption,
    open_database,
    settings,
)
from vahid.terminal.console import echo
from vahid.terminal.opened_log import OverwriteOption, ReasonOption, given, opened_vault
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from kit.database import Database
    from kit.vault import Vault
    from schemas.case_events import RecordedEvent
    from services.notifier.answer_document import AnswerDocument
    from services.notifier.notices import AnswerNotice


def answer(
    case: CaseArgument,
    track: Annotated[str | None, typer.Option(help="Track; by default the one answered last.")] = None,
    language: Annotated[Language, typer.Option(help="az or en.")] = "az",
    pdf: Annotated[Path | None, typer.Option(help="Write the answer as PDF to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the answer as HTML to this file.")] = None,
    reason: ReasonOption = None,
    overwrite: OverwriteOption = False,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Print the answer to a track: its reasons, its legal basis, how to object. Or write it as a document.

    It opens the agencies' notes to the applicant. So it needs an API key of the staff, the installation's
    keys, and a --reason, which is recorded in the home's logs/opened.log. Only you can read the files.

    Exit status: 0 printed or written, 1 refused or there is no such answer, 2 the database cannot be reached.

    Example: vahid case answer VHD-21-0000042-7 --pdf answer.pdf --reason "asked for by the applicant"
    """
    from services.notifier.answer_document import as_html

    why = given(reason)
    for file in (pdf, html):
        refuse_existing(file, overwrite=overwrite)
    document = asyncio.run(_document(home, case, track, language, why))
    if pdf is not None:
        write_private(pdf, _printed(document), overwrite=overwrite)
    if html is not None:
        write_private(html, as_html(document), overwrite=overwrite)
    if as_json or (pdf is None and html is None):
        show(document, as_json=as_json)


def show(document: "AnswerDocument", *, as_json: bool) -> None:
    """Print the answer."""
    if as_json:
        facts = dict(document.facts)
        print_json({"facts": facts, "text": document.paragraphs, "steps": document.steps})
    else:
        echo("\n\n".join(document.paragraphs))


def _printed(document: "AnswerDocument") -> bytes:
    from services.notifier.answer_document import as_pdf

    printed = as_pdf(document)
    if printed is None:
        remedy = "Write it as HTML: give --html instead of --pdf."
        raise PermanentError("answer.not_printable", "The answer cannot be printed as PDF.", remedy=remedy)
    return printed


async def _document(
    home: Path, case: str, track: str | None, language: Language, reason: str
) -> "AnswerDocument":
    from casework.queries.case_details import require_case_id
    from catalogue.loader import load
    from ledger.store import Ledger
    from services.notifier.answer_document import answer_document

    chosen = settings(home)
    async with open_database(chosen) as database:
        case_id = await require_case_id(database, case)
        notice = _answer(await Ledger(database).history(case_id), track)
        if notice is None:
            remedy = "See its tracks with `vahid case show`."
            raise PermanentError("answer.unknown", f"Case {case} has no such answer.", remedy=remedy)
        vault = await opened_vault(database, home, reason, case=case_id, answer=notice.tracking_numbers)
        notes = await _notes(database, vault, notice)
    return answer_document(load(chosen.catalogue), notice, language, notes)


def _answer(history: "Sequence[RecordedEvent]", track: str | None) -> "AnswerNotice | None":
    """The latest answer of the track, to all appeals of the case."""
    from ledger.appeal_contents import appeals_in
    from schemas.case_lifecycle_events import TrackAnswered
    from services.notifier.notices import AnswerNotice

    received = (appeal.tracking_number for appeal in appeals_in(event.payload for event in history))
    numbers = tuple(dict.fromkeys(received))
    for event in reversed(history):
        payload = event.payload
        if isinstance(payload, TrackAnswered) and track in (None, payload.track):
            fields = payload.model_dump(exclude={"type", "track"})
            return AnswerNotice(tracking_numbers=numbers, answered_at=event.recorded_at, **fields)
    return None


async def _notes(database: "Database", vault: "Vault", notice: "AnswerNotice") -> dict[str, str]:
    """The opened notes by their author."""
    notes = {}
    async with database.transaction() as connection:
        for author, note in notice.sealed_notes.items():
            notes[author] = (await vault.open(connection, note)).decode(errors="replace")
    return notes
