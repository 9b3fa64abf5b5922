"""Objects under the SHA-256 of their own bytes: in a local folder, or in a store that speaks S3.

An address verifies its object. Objects never change; the same bytes put again are the same object.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import IO

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from kit.errors import PermanentError, TransientError

PART = 5 * 1024 * 1024
"""Bytes that are in memory at once while an object is put; the least that S3 takes as a part."""
READ = 1024 * 1024

_S3 = "s3://"
_GIVE_UP = timedelta(seconds=10)


@dataclass(frozen=True)
class StoredObject:
    """An object in the store; `since` is real time."""

    address: str
    size: int
    since: datetime


class Objects:
    """The objects at `location`: a folder, or `s3://bucket/prefix` with endpoint and keys from `AWS_…`.

    Connects at first use, not when made. Every method raises `TransientError` (`objects.unreachable`) while
    the store cannot be reached or refuses.

    Raises:
        PermanentError: `objects.location`: it is neither.
    """

    def __init__(self, location: str) -> None:
        if "://" in location and not location.startswith(_S3):
            remedy = "Set VAHID_ATTACHMENTS to a folder, or to s3://bucket/prefix."
            raise PermanentError("objects.location", "Objects lie in a folder or under s3://.", remedy=remedy)
        self._location = location
        self._folder = None if location.startswith(_S3) else Path(location).expanduser().resolve()

    @cached_property
    def _store(self) -> ObjectStore:
        if self._folder is None:
            return S3Store.from_url(
                self._location,
                retry_config={"max_retries": 2, "retry_timeout": _GIVE_UP},
                client_options={"timeout": "30s", "connect_timeout": "5s", "allow_http": True},
            )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(self._folder)

    async def put(self, file: IO[bytes], address: str) -> None:
        """Put what `file` holds from its position on; `address` is its SHA-256 (hex). Durable on return."""
        with _reaching():
            await obstore.put_async(self._store, _path(address), file, chunk_size=PART, max_concurrency=1)
            if self._folder is not None:
                await asyncio.to_thread(_settle, self._folder / _path(address))

    async def read(self, address: str) -> AsyncIterator[bytes]:
        """The bytes of an object, part by part.

        Raises:
            FileNotFoundError: there is none.
        """
        with _reaching(absence_passes=True):
            found = await obstore.get_async(self._store, _path(address))
            async for part in found.stream(min_chunk_size=READ):
                yield bytes(part)

    async def digest(self, address: str) -> str | None:
        """The SHA-256 (hex) of what lies at `address`: the address itself, unless it was changed.

        None when nothing lies there.
        """
        digest = hashlib.sha256()
        try:
            async for part in self.read(address):
                digest.update(part)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    async def all(self) -> AsyncIterator[StoredObject]:
        """Every object in the store."""
        with _reaching():
            async for batch in obstore.list(self._store):
                for entry in batch:
                    address = entry["path"].rpartition("/")[2]
                    yield StoredObject(address, entry["size"], entry["last_modified"])


@contextmanager
def _reaching(*, absence_passes: bool = False) -> Iterator[None]:
    """Raise the store's errors as errors of ours. A missing object passes where `absence_passes`."""
    try:
        yield
    except (BaseError, OSError) as error:
        if absence_passes and isinstance(error, FileNotFoundError):
            raise
        # The store's own text may quote keys and addresses: it stays in the traceback.
        raise TransientError(
            "objects.unreachable",
            f"The store of attachments cannot be reached, or refuses ({type(error).__name__}).",
            remedy="Check VAHID_ATTACHMENTS, the AWS_… settings, and the free space.",
        ) from error


def _path(address: str) -> str:
    return f"{address[:2]}/{address}"


def _settle(path: Path) -> None:
    """Force a file and its folder entries to the disk."""
    for part in (path, path.parent, path.parent.parent):
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
