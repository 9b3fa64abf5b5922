"""How far an import has come: what it has counted, and where another run may go on.

The checkpoint saves time only. What prevents doubles are the idempotency keys: an import without it, or with
one of yesterday, sends rows again that are known already.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bulk.importing.records import Record
from kit.private_files import write_private


@dataclass(frozen=True)
class Counts:
    """Rows by outcome. `before`: accepted already, in an earlier run or for an equal row."""

    rows: int = 0
    accepted: int = 0
    before: int = 0
    rejected: int = 0

    def plus(self, *, accepted: int = 0, before: int = 0, rejected: int = 0) -> "Counts":
        """With more rows."""
        return replace(
            self,
            rows=self.rows + accepted + before + rejected,
            accepted=self.accepted + accepted,
            before=self.before + before,
            rejected=self.rejected + rejected,
        )


@dataclass(frozen=True)
class Checkpoint:
    """Everything up to `line` is settled; `digest` covers the records until there and what the columns mean.

    `sizes`: bytes of each file that is written, by its name, when that was so.
    """

    line: int
    digest: str
    counts: Counts = field(default_factory=Counts)
    sizes: dict[str, int] = field(default_factory=dict)


class Digest:
    """SHA-256 over what the columns mean and the records so far."""

    def __init__(self, meaning: object) -> None:
        self._hash = hashlib.sha256(json.dumps(meaning).encode())

    def add(self, record: Record) -> None:
        """Take a record in."""
        self._hash.update(record.text.encode(errors="surrogatepass"))

    @property
    def value(self) -> str:
        """The digest (hex)."""
        return self._hash.hexdigest()


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint in the file; None where there is none that can be read."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Checkpoint(**{**stored, "counts": Counts(**stored["counts"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint, whole or not at all."""
    write_private(path, json.dumps(asdict(checkpoint)), overwrite=True)
