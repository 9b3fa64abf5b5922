"""The files that an import writes: what was rejected and why, and what was accepted under which number.

Both are for their owner's eyes only (mode 0600): the rejects hold personal data. No cell is a formula.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from vahid.importing.faults import FileFault
from vahid.spreadsheet import NeutralWriter


class WrittenFile:
    """A CSV file that grows. `go_on` keeps its first bytes; else what stood there is kept as `….before`."""

    def __init__(self, path: Path, titles: Sequence[str], go_on: int | None) -> None:
        if go_on is None and path.exists() and path.stat().st_size:
            path.replace(path.with_name(f"{path.name}.before"))
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        self._file = os.fdopen(descriptor, "r+", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = NeutralWriter(self._file)
        self.path = path
        self.empty = go_on is None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise FileFault("import.running", f"Another import writes {path}.") from None
        path.chmod(0o600)
        self._file.truncate(go_on or 0)
        self._file.seek(0, os.SEEK_END)
        if go_on is None:
            self._file.write("\ufeff")  # without the mark, a spreadsheet reads UTF-8 as something else
            self._writer.write(titles)

    def write(self, row: Sequence[str]) -> None:
        """Add a row."""
        self._writer.write(row)
        self.empty = False

    def size(self) -> int:
        """How many bytes are safely on disk: all that was written."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """End it."""
        self._file.close()
