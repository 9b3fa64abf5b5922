"""Adds documents to an appeal at intake, as a channel does: read from the disk while they are sent."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bulk.intake_client import ANSWERED_WITHIN, HandedIn, until_answered
from kit.errors import PermanentError

PART = 256 * 1024


@dataclass(frozen=True)
class ToAttach:
    """A file to be added to an appeal as the document of a code."""

    document: str
    path: Path


def to_attach(options: Sequence[str]) -> list[ToAttach]:
    """What `--attach code=PATH` names.

    Raises:
        PermanentError: `attach.invalid`: an option does not read so, or names no file.
    """
    named = []
    for option in options:
        document, _, path = option.partition("=")
        if not document or not path:
            remedy = "As in --attach identity_card=card.pdf."
            raise PermanentError("attach.invalid", "--attach takes code=PATH.", remedy=remedy)
        if not Path(path).is_file():
            raise PermanentError("attach.invalid", f"There is no file {path}.")
        named.append(ToAttach(document, Path(path)))
    return named


def attachment_key(appeal_key: str, api_key: str, one: ToAttach) -> str:
    """An idempotency key that follows from the appeal's and the document: again, it is the same attachment.

    It is keyed by the API key, so that it tells nobody else anything of the content.
    """
    digest = hmac.new(api_key.encode(), f"{appeal_key}/{one.document}/".encode(), hashlib.sha256)
    with one.path.open("rb") as file:
        while part := file.read(PART):
            digest.update(part)
    return f"document-{digest.hexdigest()}"


async def attach(url: str, tracking_number: str, one: ToAttach, *, appeal_key: str, api_key: str) -> HandedIn:
    """Add a document to the appeal `tracking_number` at the intake of `url`.

    Raises:
        TransientError: `intake.unreachable`: no answer in time.
    """
    key = attachment_key(appeal_key, api_key, one)
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key}
    path, query = f"/v1/appeals/{tracking_number}/attachments", {"document": one.document}
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        return await until_answered(
            client,
            key,
            lambda: client.post(path, params=query, headers=headers, content=_parts(one.path)),
            ANSWERED_WITHIN,
        )


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while part := await asyncio.to_thread(file.read, PART):
            yield part
