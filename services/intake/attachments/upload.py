"""A document while it is received: recognised, digested and sealed part by part; memory never holds it whole.

Until it is complete, it lies sealed in a file without a name, which ends with the process.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kit.problem import Problem
from kit.sealed_stream import StreamSealer
from kit.vault import DataKey, Vault
from services.intake import receipts
from services.intake.attachments.media_types import Recognition

AT_ONCE = 256 * 1024
"""Bytes that are collected before a thread processes them."""


@dataclass(frozen=True)
class SealedUpload:
    """A document that was received whole: `file` holds its sealed form, from the beginning.

    `address` is the SHA-256 of the sealed form, `sealed_size` its bytes. `body_digest` (keyed) identifies a
    repeated request, `content_digest` goes into the receipt. `size` is in bytes of the document.
    """

    file: IO[bytes]
    address: str
    sealed_size: int
    media_type: str
    size: int
    body_digest: str
    content_digest: str


class Upload:
    """Receives one document, part by part; `file` gets its sealed form."""

    def __init__(
        self, file: IO[bytes], key: DataKey, vault: Vault, *, context: str, about: str, salt: str
    ) -> None:
        """`about` is what else must be the same for a repeated request to be the same."""
        self._file = file
        self._sealer = StreamSealer(key, context)
        self._recognition = Recognition()
        self._address = hashlib.sha256()
        self._body = vault.running_digest()
        self._body.update(about.encode() + b"\n")
        self._content = receipts.running_digest(salt)
        self._size = 0

    def take(self, part: bytes) -> None:
        """Take the next part.

        Raises:
            Problem: 415: it is of no kind that is accepted.
        """
        self._recognition.take(part)
        self._size += len(part)
        self._body.update(part)
        self._content.update(part)
        self._write(self._sealer.update(part))

    def finish(self) -> SealedUpload:
        """The whole document.

        Raises:
            Problem: 415, or 422 `attachment.empty`.
        """
        if self._size == 0:
            raise Problem(422, "attachment.empty", "The body is empty.", remedy="Send the file as the body.")
        media_type = self._recognition.media_type()
        self._write(self._sealer.finish())
        sealed_size = self._file.tell()
        self._file.seek(0)
        return SealedUpload(
            file=self._file,
            address=self._address.hexdigest(),
            sealed_size=sealed_size,
            media_type=media_type,
            size=self._size,
            body_digest=self._body.hexdigest(),
            content_digest=self._content.hexdigest(),
        )

    def _write(self, sealed: bytes) -> None:
        self._address.update(sealed)
        self._file.write(sealed)


@contextmanager
def spool(folder: Path | None) -> Iterator[IO[bytes]]:
    """A file without a name in `folder`, gone at the end, also when the process is killed."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=folder) as file:
        yield file


async def receive(parts: AsyncIterator[bytes], upload: Upload) -> SealedUpload:
    """Receive `parts` (of any length) until their end."""
    waiting = bytearray()
    async for part in parts:
        waiting += part
        if len(waiting) >= AT_ONCE:
            await asyncio.to_thread(upload.take, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(upload.take, bytes(waiting))
    return await asyncio.to_thread(upload.finish)
