"""The changes that are planned for each assignment and have not happened yet."""

from collections.abc import Sequence
from datetime import datetime

from simulators.agency.lifecycle import PlannedChange, State
from simulators.agency.store.database import Database, instant_text
from simulators.agency.store.records import DueChange


class PlannedTable:
    """The table `planned`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, number: int, changes: Sequence[PlannedChange]) -> None:
        """Plan exactly `changes` for the assignment `number`."""
        self._database.execute("DELETE FROM planned WHERE number = ?", number)
        self._database.execute_many(
            "INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (number, position, instant_text(change.at), change.state, change.note_text, change.reason,
                 change.redirect_to)
                for position, change in enumerate(changes)
            ),
        )  # fmt: skip

    def of(self, number: int) -> list[PlannedChange]:
        """The planned changes of one assignment, in order."""
        rows = self._database.execute(
            "SELECT at, state, note_text, reason, redirect_to FROM planned"
            " WHERE number = ? ORDER BY position",
            number,
        )
        return [
            PlannedChange(datetime.fromisoformat(row["at"]), State(row["state"]), *tuple(row)[2:])
            for row in rows
        ]

    def pop(self, number: int) -> PlannedChange:
        """Take the next planned change of an assignment, which has one, out of the plan."""
        first = self.of(number)[0]
        self._database.execute(
            "DELETE FROM planned WHERE number = ?1"
            " AND position = (SELECT min(position) FROM planned WHERE number = ?1)",
            number,
        )
        return first

    def next_due(self, number: int) -> DueChange | None:
        """When one assignment changes next."""
        row = self._database.row("SELECT at FROM planned WHERE number = ? ORDER BY position LIMIT 1", number)
        return None if row is None else DueChange(datetime.fromisoformat(row["at"]), number)

    def all_due(self) -> list[DueChange]:
        """When each assignment that has not ended changes next."""
        rows = self._database.execute("SELECT number, min(position), at FROM planned GROUP BY number")
        return [DueChange(datetime.fromisoformat(row["at"]), row["number"]) for row in rows]
