"""The assignments that an agency took, and the ids of the messages about them."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from simulators.agency.lifecycle import State
from simulators.agency.messages import Column, Message
from simulators.agency.store.database import Database, instant_text
from simulators.agency.store.records import Assignment, Submission


class AssignmentTable:
    """The tables `assignments` and `messages`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(
        self, submission: Submission, taken_at: datetime, first: State, reference: Callable[[int], str]
    ) -> int:
        """Insert an assignment; return its number, of which `reference` makes the agency's own reference."""
        cursor = self._database.execute(
            "INSERT INTO assignments"
            " (key, service, due_at, callback_url, taken_at, state, first_state, reference)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, '')",
            submission.key,
            submission.service,
            instant_text(submission.due_at),
            submission.callback_url,
            instant_text(taken_at),
            first,
            first,
        )
        number = cursor.lastrowid or 0
        self._database.execute(
            "UPDATE assignments SET reference = ? WHERE number = ?", reference(number), number
        )
        return number

    def find(self, column: Column, value: str) -> Assignment | None:
        """The assignment by `key` or by `reference`."""
        assert column in ("key", "reference")
        row = self._database.row(f"SELECT * FROM assignments WHERE {column} = ?", value)
        return None if row is None else _assignment(row)

    def get(self, number: int) -> Assignment:
        """The assignment by its number, which exists."""
        row = self._database.row("SELECT * FROM assignments WHERE number = ?", number)
        assert row is not None
        return _assignment(row)

    def set_state(self, number: int, state: State, sequence: int) -> None:
        """Record the state that a change led to, and the number of that change in the assignment."""
        self._database.execute(
            "UPDATE assignments SET state = ?, sequence = ? WHERE number = ?", state, sequence, number
        )

    def has_message(self, message: Message) -> bool:
        """Whether a message with this id was accepted before."""
        return self._database.row("SELECT 1 FROM messages WHERE id = ?", message.id) is not None

    def add_message(self, message: Message, number: int) -> None:
        """Remember the id of a message about the assignment `number`."""
        self._database.execute("INSERT INTO messages VALUES (?, ?)", message.id, number)


def _assignment(row: sqlite3.Row) -> Assignment:
    return Assignment(
        row["number"], row["key"], row["reference"], row["service"],
        State(row["state"]), State(row["first_state"]), row["sequence"],
    )  # fmt: skip
