"""Opens the documents of a case, and writes each to a file that only its owner can read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kit.database import Database
from kit.errors import PermanentError
from kit.object_store import Objects
from kit.private_files import new_file
from kit.sealed_stream import StreamOpener
from kit.vault import DataKey, Vault, key_id_of
from schemas.appeals import AppealSupplemented, AttachmentContent
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AttachmentAdded
from services.intake.attachments.acceptance import sealing_context
from services.intake.attachments.media_types import DOCX, JPEG, ODT, PDF, PNG, TIFF

_SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", TIFF: ".tiff", DOCX: ".docx", ODT: ".odt"}


@dataclass(frozen=True)
class SavedDocument:
    """A document as it was opened: what it is, and the file that holds it."""

    attachment_id: str
    content: AttachmentContent
    file: Path


def attachments_in(history: Sequence[RecordedEvent]) -> list[AppealSupplemented]:
    """The documents that were added to a case, in order. Pure."""
    return [event.payload.attachment for event in history if isinstance(event.payload, AttachmentAdded)]


async def save(
    added: Sequence[AppealSupplemented], folder: Path, database: Database, vault: Vault, objects: Objects
) -> list[SavedDocument]:
    """Write each document whole into `folder`, under its id; a file that is there already stays.

    Raises:
        PermanentError: `attachment.missing`, `file.exists`, or why a document does not open.
        TransientError: a store cannot be reached.
    """
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    saved = []
    for attachment in added:
        async with database.transaction() as connection:
            key = await vault.data_key(connection, key_id_of(attachment.sealed))
        content = AttachmentContent.model_validate_json(key.open(attachment.sealed))
        file = folder / f"{attachment.attachment_id}{_SUFFIXES.get(content.media_type, '')}"
        with new_file(file) as out:
            await _open(attachment, key, objects, out)
        saved.append(SavedDocument(attachment.attachment_id, content, file))
    return saved


async def _open(attachment: AppealSupplemented, key: DataKey, objects: Objects, out: IO[bytes]) -> None:
    opener = StreamOpener(key, sealing_context(attachment.attachment_id))
    try:
        async for part in objects.read(attachment.address):
            out.write(opener.update(part))
    except FileNotFoundError:
        what = f"The store has no document {attachment.attachment_id}."
        raise PermanentError("attachment.missing", what, remedy="Run `vahid doctor`.") from None
    out.write(opener.finish())
