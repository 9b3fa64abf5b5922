"""The files that an import writes: what was rejected and why, and what was accepted under which number.

Both are for their owner's eyes only (mode 0600): the rejects hold personal data. No cell is a formula.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from bulk.importing.faults import FileFault
from bulk.spreadsheet import NeutralWriter
from kit.private_files import own_file


class WrittenFile:
    """A CSV file that grows. `go_on` keeps its first bytes; else what stood there is kept as `….before`.

    Raises:
        FileFault: `import.running`: another import writes it.
        PermanentError: `file.not_own`.
    """

    def __init__(self, path: Path, titles: Sequence[str], go_on: int | None) -> None:
        descriptor = _locked(path)
        if go_on is None and os.fstat(descriptor).st_size:
            path.replace(path.with_name(f"{path.name}.before"))
            os.close(descriptor)
            descriptor = _locked(path)
        self.path = path
        self._file = os.fdopen(descriptor, "r+", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = NeutralWriter(self._file)
        self._file.truncate(go_on or 0)
        self._file.seek(0, os.SEEK_END)
        if go_on is None:
            self._file.write("\ufeff")  # without the mark, a spreadsheet reads UTF-8 as something else
            self._writer.write(titles)

    def write(self, row: Sequence[str]) -> None:
        """Add a row."""
        self._writer.write(row)

    def size(self) -> int:
        """How many bytes are safely on disk: all that was written."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """End it."""
        self._file.close()


def _locked(path: Path) -> int:
    """The file's descriptor; for its owner only, and for one import at a time."""
    descriptor = own_file(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise FileFault("import.running", f"Another import writes {path}.") from None
    return descriptor
