"""Adds documents to an appeal at intake, as a channel does: read from the disk while they are sent."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bulk.intake_client import ANSWERED_WITHIN, SubmissionResult, authorization, until_answered
from bulk.intake_session import intake_session
from kit.errors import PermanentError

PART = 256 * 1024
"""Bytes that are read at once."""
SILENCE_SECONDS = 60.0


@dataclass(frozen=True)
class DocumentFile:
    """A file to be added to an appeal; `document` is its code in the catalogue."""

    document: str
    path: Path


def document_files(options: Sequence[str]) -> list[DocumentFile]:
    """What each `--attach code=PATH` names.

    Raises:
        PermanentError: `attach.invalid`: an option does not read so, or names no file.
    """
    files = []
    for option in options:
        document, _, path = option.partition("=")
        if not document or not path:
            remedy = "Write it as in --attach identity_card=card.pdf."
            raise PermanentError("attach.invalid", "--attach takes code=PATH.", remedy=remedy)
        if not Path(path).is_file():
            raise PermanentError("attach.invalid", f"There is no file {path}.")
        files.append(DocumentFile(document, Path(path)))
    return files


def attachment_key(appeal_key: str, api_key: str, file: DocumentFile) -> str:
    """An idempotency key that follows from the appeal's and the document: again, it is the same attachment.

    The API key keys it, so that it discloses nothing of the content.
    """
    digest = hmac.new(api_key.encode(), f"{appeal_key}/{file.document}/".encode(), hashlib.sha256)
    with file.path.open("rb") as content:
        while part := content.read(PART):
            digest.update(part)
    return f"document-{digest.hexdigest()}"


async def attach(
    url: str, tracking_number: str, file: DocumentFile, *, appeal_key: str, api_key: str
) -> SubmissionResult:
    """Add a document to the appeal `tracking_number` at the intake of `url`.

    Raises:
        TransientError: `intake.unreachable`: no answer in time.
        PermanentError: `file.unreadable`.
    """
    key = attachment_key(appeal_key, api_key, file)
    headers, query = authorization(api_key, key), {"document": file.document}
    path = f"/v1/appeals/{tracking_number}/attachments"
    async with intake_session(url, seconds=SILENCE_SECONDS) as session:
        return await until_answered(
            session, key, lambda: session.post(path, _parts(file.path), headers, query), ANSWERED_WITHIN
        )


async def _parts(path: Path) -> AsyncIterator[bytes]:
    try:
        with await asyncio.to_thread(path.open, "rb") as file:
            while part := await asyncio.to_thread(file.read, PART):
                yield part
    except OSError as error:
        raise PermanentError("file.unreadable", f"{path} cannot be read: {error.strerror}.") from None
