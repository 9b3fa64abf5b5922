"""Files that only their owner can read: created anew or replaced whole, and never through a link.

What stands at a path may have been put there by somebody else: a link to a file of ours, or a file that they
hold open. So a file is created (O_EXCL), or written beside the path and put in its place.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kit.errors import PermanentError

_PRIVATE = 0o600
_REMEDY = "Choose another name, or remove it."


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """A new file at `path`; nothing of it stays unless the block ends well.

    With `overwrite` it takes the place of what stood there, a link itself and not where it leads.

    Raises:
        PermanentError: `file.exists`.
    """
    refuse_existing(path, overwrite=overwrite)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}") if overwrite else path
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY, _PRIVATE)
    except FileExistsError:
        raise _exists(path) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def refuse_existing(path: Path | None, *, overwrite: bool = False) -> None:
    """Refuse a path at which something stands, before any work is done for it.

    Raises:
        PermanentError: `file.exists`.
    """
    if path is not None and not overwrite and os.path.lexists(path):
        raise _exists(path)


def write_private(path: Path, content: str | bytes, *, overwrite: bool = False) -> None:
    """Write a file whole or not at all.

    Raises:
        PermanentError: `file.exists`.
    """
    with new_file(path, overwrite=overwrite) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def own_file(path: Path) -> int:
    """The descriptor, to read and write, of a file of ours at `path`, made where nothing stands.

    Raises:
        PermanentError: `file.not_own`: a link stands there, a folder, or what another can write or reads.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_RDWR, _PRIVATE)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _not_own(path) from None
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink != 1:
        os.close(descriptor)
        raise _not_own(path)
    os.fchmod(descriptor, _PRIVATE)
    return descriptor


def private(path: str, flags: int) -> int:
    """An `opener` for `open`: for its owner only, and through no link."""
    return os.open(path, flags | os.O_NOFOLLOW, _PRIVATE)


def append_private(path: Path, line: str) -> None:
    """Add a line to a file of ours, made where it is missing.

    Raises:
        PermanentError: `file.not_own`.
    """
    with os.fdopen(own_file(path), "r+", encoding="utf-8") as file:
        os.set_blocking(file.fileno(), True)
        file.seek(0, os.SEEK_END)
        file.write(line + "\n")


def _exists(path: Path) -> PermanentError:
    remedy = "Choose another name, remove it, or give --overwrite where the command has it."
    return PermanentError("file.exists", f"{path} is there already.", remedy=remedy)


def _not_own(path: Path) -> PermanentError:
    return PermanentError("file.not_own", f"{path} is a link, or no file of yours alone.", remedy=_REMEDY)
