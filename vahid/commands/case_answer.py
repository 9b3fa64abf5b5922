"""`vahid case answer`: the answer to a track of a case, as its document."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.errors import PermanentError, VahidError
from kit.problem import Problem
from schemas.appeals import Language
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, settings

if TYPE_CHECKING:
    from kit.database import Database
    from schemas.case_events import RecordedEvent
    from services.notifier.answer_document import AnswerDocument
    from services.notifier.model import Answer

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case id, or a tracking number.")]


def answer(
    case: CaseArgument,
    track: Annotated[str | None, typer.Option(help="The track; the latest answered one by default.")] = None,
    language: Annotated[Language, typer.Option(help="az or en.")] = "az",
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as HTML to this file.")] = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Print the answer to a track, with its reasons, its legal basis and how to object.

    Or write it as a document. It opens what the agencies wrote to the applicant: a key for staff is needed.

    Exit status: 0 there it is, 1 there is no such answer, 2 the database could not be reached.

    Example: vahid case answer VHD-21-0000042-7 --language en --pdf answer.pdf
    """
    from sqlalchemy.exc import SQLAlchemyError

    from services.notifier.answer_document import as_html, as_pdf

    try:
        document = asyncio.run(_document(home, case, track, language))
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (SQLAlchemyError, OSError) as error:
        typer.echo(f"The database could not be reached: {type(error).__name__}.", err=True)
        raise typer.Exit(2) from None
    if pdf is not None:
        pdf.write_bytes(as_pdf(document))
    if html is not None:
        html.write_text(as_html(document))
    if as_json:
        shown = {"facts": dict(document.facts), "text": document.paragraphs, "steps": document.steps}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    elif pdf is None and html is None:
        typer.echo("\n\n".join(document.paragraphs))


async def _document(home: Path, case: str, track: str | None, language: Language) -> "AnswerDocument":
    from casework.queries import case_id_of
    from catalogue.loader import load
    from kit.api_keys import ApiKeys
    from kit.database import Database
    from ledger.store import Ledger
    from services.notifier.answer_document import answer_document

    chosen = settings(home)
    database = Database(chosen.database_url, pool_size=4)
    try:
        await ApiKeys(database).authenticate(api_key(home, "staff"), "staff")
        message = _answer(await Ledger(database).history(await case_id_of(chosen, case) or case), track)
        if message is None:
            remedy = "`vahid case show` lists its tracks."
            raise PermanentError("answer.unknown", f"Case {case} has no such answer.", remedy=remedy)
        notes = await _notes(database, chosen.keys, message)
    finally:
        await database.close()
    return answer_document(load(chosen.catalogue), message, language, notes)


def _answer(history: "Sequence[RecordedEvent]", track: str | None) -> "Answer | None":
    """The latest answer of the track, to all appeals of the case."""
    from schemas.case_lifecycle_events import TrackAnswered
    from services.notifier.model import Answer
    from services.notifier.planning import appeals_in

    came = (appeal.tracking_number for one in history for appeal in appeals_in(one.payload))
    numbers = tuple(dict.fromkeys(came))
    for event in reversed(history):
        payload = event.payload
        if isinstance(payload, TrackAnswered) and track in (None, payload.track):
            known = payload.model_dump(exclude={"type", "track"})
            return Answer(tracking_numbers=numbers, answered_at=event.recorded_at, **known)
    return None


async def _notes(database: "Database", keys: Path, message: "Answer") -> dict[str, str]:
    from kit.vault import Vault

    vault, notes = Vault(keys), {}
    async with database.transaction() as connection:
        for whose, note in message.sealed_notes.items():
            notes[whose] = (await vault.open(connection, note)).decode(errors="replace")
    return notes
