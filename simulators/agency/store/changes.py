"""The changes of assignments that have happened."""

import sqlite3
from datetime import datetime
from uuid import UUID, uuid5

from simulators.agency.lifecycle import PlannedChange, State
from simulators.agency.store.database import Database, instant_text
from simulators.agency.store.records import Assignment, Change

_NAMESPACE = UUID("5b0c5a0e-6d0a-5c0e-9a35-1d7f3e0b7a42")
_SELECT = """SELECT c.change_id, c.event_id, c.sequence, c.at, c.state, c.note_text, c.reason, c.redirect_to,
    a.number, a.key, a.reference, a.callback_url FROM changes c JOIN assignments a USING (number) """


class ChangeTable:
    """The table `changes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, assignment: Assignment, planned: PlannedChange) -> Change:
        """Record that a planned change of `assignment` has happened."""
        sequence = assignment.sequence + 1
        cursor = self._database.execute(
            "INSERT INTO changes (event_id, number, sequence, at, state, note_text, reason, redirect_to)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            str(uuid5(_NAMESPACE, f"{assignment.key}/{sequence}")), assignment.number, sequence,
            instant_text(planned.at), planned.state, planned.note_text, planned.reason, planned.redirect_to,
        )  # fmt: skip
        return self.get(cursor.lastrowid or 0)

    def get(self, change_id: int) -> Change:
        """One change, which exists."""
        row = self._database.row(_SELECT + "WHERE c.change_id = ?", change_id)
        assert row is not None
        return _change(row)

    def after(self, change_id: int, limit: int) -> list[Change]:
        """At most `limit` changes after `change_id`, in order."""
        sql = _SELECT + "WHERE c.change_id > ? ORDER BY c.change_id LIMIT ?"
        return [_change(row) for row in self._database.execute(sql, change_id, limit)]

    def id_of(self, event_id: str) -> int | None:
        """The number of the change with this event id."""
        row = self._database.row("SELECT change_id FROM changes WHERE event_id = ?", event_id)
        return None if row is None else int(row["change_id"])


def _change(row: sqlite3.Row) -> Change:
    values = dict(row)
    return Change(**{**values, "at": datetime.fromisoformat(values["at"]), "state": State(values["state"])})
