"""An append-only file of JSON lines: what a simulated system was sent, as evidence for the oracle."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Journal:
    """One JSON Lines file. Each entry gets the next number as `id`, from 1.

    When `append` returns, the entry survives the death of the process; of the machine too, where `durable`.
    Opening removes a last line that a crash has cut: its sender got no answer.
    """

    def __init__(self, path: Path, durable: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._durable = durable
        self._entries = self._recover()
        self._file = path.open("ab")

    @property
    def last_id(self) -> int:
        """The number of the last entry; 0 when there is none."""
        return len(self._entries)

    def append(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Write `entry` with its number and return it as written."""
        numbered = {"id": self.last_id + 1, **entry}
        self._file.write(json.dumps(numbered, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        if self._durable:
            os.fsync(self._file.fileno())
        self._entries.append(numbered)
        return numbered

    def since(self, last: int, limit: int = 10_000) -> list[dict[str, Any]]:
        """The entries after number `last`, at most `limit`."""
        return self._entries[last : last + limit]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _recover(self) -> list[dict[str, Any]]:
        content = self._path.read_bytes() if self._path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            os.truncate(self._path, len(whole))
        return [json.loads(line) for line in whole.splitlines()]
