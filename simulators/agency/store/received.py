"""The log of what came in, as entries of `received.jsonl`."""

import json
from typing import Any

from simulators.agency.store.database import Database


class ReceivedLog:
    """The table `received`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: dict[str, Any]) -> None:
        """Append an entry."""
        self._database.execute(
            "INSERT INTO received (entry) VALUES (?)", json.dumps(entry, ensure_ascii=False)
        )

    def since(self, last: int) -> list[dict[str, Any]]:
        """Up to 1,000 entries after number `last`, in order."""
        rows = self._database.execute(
            "SELECT id, entry FROM received WHERE id > ? ORDER BY id LIMIT 1000", last
        )
        return [{"id": row["id"], **json.loads(row["entry"])} for row in rows]
