"""What a simulated agency knows, in one SQLite file: assignments, their lives, changes, webhooks to send.

Every method is one transaction and blocks; they are called from one thread. What has returned is on disk
(synchronous FULL): it survives the death of the process and of the machine.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

from simulators.agency.lifecycle import Moment, State
from simulators.agency.messages import ENDED, Message

_NAMESPACE = UUID("5b0c5a0e-6d0a-5c0e-9a35-1d7f3e0b7a42")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS assignments (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, reference TEXT NOT NULL,
    service TEXT NOT NULL, due_at TEXT NOT NULL, callback_url TEXT NOT NULL, taken_at TEXT NOT NULL,
    state TEXT NOT NULL, first_state TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 1);
CREATE INDEX IF NOT EXISTS assignments_reference ON assignments (reference);
CREATE TABLE IF NOT EXISTS planned (
    number INTEGER NOT NULL, position INTEGER NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL,
    note_text TEXT NOT NULL, reason TEXT NOT NULL, redirect_to TEXT NOT NULL, PRIMARY KEY (number, position));
CREATE TABLE IF NOT EXISTS changes (
    change_id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, number INTEGER NOT NULL,
    sequence INTEGER NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, note_text TEXT NOT NULL,
    reason TEXT NOT NULL, redirect_to TEXT NOT NULL, UNIQUE (number, sequence));
CREATE TABLE IF NOT EXISTS deliveries (
    change_id INTEGER NOT NULL, copy INTEGER NOT NULL, not_before REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT, PRIMARY KEY (change_id, copy));
CREATE INDEX IF NOT EXISTS deliveries_outstanding ON deliveries (not_before) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS received (id INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
"""
_CHANGE = """SELECT c.change_id, c.event_id, c.sequence, c.at, c.state, c.note_text, c.reason, c.redirect_to,
    a.number, a.key, a.reference, a.callback_url FROM changes c JOIN assignments a USING (number) """


@dataclass(frozen=True)
class Order:
    """An assignment as it came in: `fields` are the names of what was filled in, never what it said."""

    key: str
    service: str
    due_at: datetime
    callback_url: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """An assignment as the agency has it. `first_state` is what the acceptance said."""

    number: int
    key: str
    reference: str
    service: str
    state: State
    first_state: State
    sequence: int


@dataclass(frozen=True)
class Heard:
    """How a message was taken: `told` now, `repeated`, about something that has `ended`, or is `unknown`.

    `taken` is the assignment after that.
    """

    outcome: Literal["told", "repeated", "ended", "unknown"]
    taken: Taken | None


@dataclass(frozen=True)
class Change:
    """One change of an assignment: `at` in business time, `sequence` in the assignment (2 is the first)."""

    change_id: int
    event_id: str
    sequence: int
    at: datetime
    state: State
    note_text: str
    reason: str
    redirect_to: str
    number: int
    key: str
    reference: str
    callback_url: str


@dataclass(frozen=True)
class Delivery:
    """A webhook still to be sent, not before the real time `not_before` (seconds since 1970)."""

    change_id: int
    copy: int
    not_before: float
    attempts: int


@dataclass(frozen=True, order=True)
class Due:
    """The next planned moment of the assignment `number`."""

    at: datetime
    number: int


@dataclass(frozen=True)
class Played:
    """A change that has happened, the webhooks that tell of it, and the assignment's next moment."""

    change: Change
    deliveries: list[Delivery]
    following: Due | None


Copies = Callable[[str], Sequence[tuple[float, str | None]]]
"""For an event id, each copy of its webhook: when to send it (real seconds), the outcome if it never is."""


Replan = Callable[[State, Sequence[Moment]], Sequence[Moment]]
"""For an assignment's state and the moments planned, those that are planned now."""


class ForeignStateError(Exception):
    """The folder holds the state of another agency."""


class Store:
    """The state of the agency `agency` in `path`. Raises ForeignStateError when it is another agency's."""

    def __init__(self, path: Path, agency: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_SCHEMA)
        self._claim(path, agency)

    def accept(
        self,
        order: Order,
        taken_at: datetime,
        first_state: State,
        reference: Callable[[int], str],
        moments: Sequence[Moment],
        entry: dict[str, Any],
    ) -> tuple[Taken, bool]:
        """Take the order, once: a repeated key gets what was taken first. The flag says whether it is new."""
        with self._transaction():
            known = self._one("SELECT * FROM assignments WHERE key = ?", order.key)
            if known is None:
                number = self._insert_assignment(order, taken_at, first_state, reference)
                self._insert_moments(number, moments)
                known = self._one("SELECT * FROM assignments WHERE number = ?", number)
                assert known is not None
                self._note({**entry, "outcome": "new"})
                return _taken(known), True
            self._note({**entry, "outcome": "duplicate"})
            return _taken(known), False

    def find(self, column: str, value: str) -> Taken | None:
        """The assignment by `key` or by `reference`."""
        assert column in ("key", "reference")
        row = self._one(f"SELECT * FROM assignments WHERE {column} = ?", value)
        return None if row is None else _taken(row)

    def note_refused(self, entry: dict[str, Any]) -> None:
        """Log a submission that was not taken."""
        with self._transaction():
            self._note(entry)

    def received_since(self, last: int, limit: int = 1000) -> list[dict[str, Any]]:
        """The log of submissions after entry `last`, in order."""
        rows = self._connection.execute(
            "SELECT id, entry FROM received WHERE id > ? ORDER BY id LIMIT ?", (last, limit)
        )
        return [{"id": row["id"], **json.loads(row["entry"])} for row in rows]

    def dues(self) -> list[Due]:
        """The next planned moment of every assignment that is not at its end."""
        rows = self._connection.execute("SELECT number, min(position), at FROM planned GROUP BY number")
        return [Due(datetime.fromisoformat(row["at"]), row["number"]) for row in rows]

    def next_due(self, number: int) -> Due | None:
        """The next planned moment of one assignment."""
        row = self._one("SELECT at FROM planned WHERE number = ? ORDER BY position LIMIT 1", number)
        return None if row is None else Due(datetime.fromisoformat(row["at"]), number)

    def tell(self, message: Message, replan: Replan, entry: dict[str, Any]) -> Heard:
        """Take a message, once: a repeated id changes nothing. `replan` gives the moments to come."""
        with self._transaction():
            heard = self._hear(message, replan)
            about = None if heard.taken is None else heard.taken.key
            self._note({**entry, "assignment": about, "outcome": heard.outcome})
            return heard

    def play(self, dues: Iterable[Due], copies: Copies) -> list[Played]:
        """Let the planned moments happen, with their webhooks; return the new changes.

        A moment that is not planned so any more does not happen. `copies` says for an event id when each copy
        is to be sent, and the outcome of one never sent.
        """
        with self._transaction():
            return [self._play_one(due.number, copies) for due in dues if self.next_due(due.number) == due]

    def changes_after(self, change_id: int, limit: int) -> list[Change]:
        """The changes after `change_id`, in order."""
        sql = _CHANGE + "WHERE c.change_id > ? ORDER BY c.change_id LIMIT ?"
        return [_change(row) for row in self._connection.execute(sql, (change_id, limit))]

    def change(self, change_id: int) -> Change:
        """One change."""
        row = self._one(_CHANGE + "WHERE c.change_id = ?", change_id)
        assert row is not None
        return _change(row)

    def change_id_of(self, event_id: str) -> int | None:
        """The number of the change with this event id."""
        row = self._one("SELECT change_id FROM changes WHERE event_id = ?", event_id)
        return None if row is None else int(row["change_id"])

    def outstanding(self) -> list[Delivery]:
        """The webhooks still to be sent."""
        rows = self._connection.execute(
            "SELECT change_id, copy, not_before, attempts FROM deliveries WHERE outcome IS NULL"
        )
        return [Delivery(**row) for row in rows]

    def delivered(self, delivery: Delivery) -> None:
        """The receiver has answered 2xx."""
        with self._transaction():
            self._connection.execute(
                "UPDATE deliveries SET outcome = 'delivered', attempts = attempts + 1"
                " WHERE change_id = ? AND copy = ?",
                (delivery.change_id, delivery.copy),
            )

    def postponed(self, delivery: Delivery) -> None:
        """An attempt has failed; `delivery` says how many have, and when the next one may be."""
        with self._transaction():
            self._connection.execute(
                "UPDATE deliveries SET not_before = ?, attempts = ? WHERE change_id = ? AND copy = ?",
                (delivery.not_before, delivery.attempts, delivery.change_id, delivery.copy),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _claim(self, path: Path, agency: str) -> None:
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('agency', ?)", (agency,))
        row = self._one("SELECT value FROM meta WHERE name = 'agency'")
        if row is not None and row["value"] != agency:
            raise ForeignStateError(f"{path} is of {row['value']}; give {agency} another folder")

    def _insert_assignment(
        self, order: Order, taken_at: datetime, first: State, reference: Callable[[int], str]
    ) -> int:
        cursor = self._connection.execute(
            "INSERT INTO assignments"
            " (key, service, due_at, callback_url, taken_at, state, first_state, reference)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, '')",
            (
                order.key,
                order.service,
                _text(order.due_at),
                order.callback_url,
                _text(taken_at),
                *[first] * 2,
            ),
        )
        number = cursor.lastrowid or 0
        self._connection.execute(
            "UPDATE assignments SET reference = ? WHERE number = ?", (reference(number), number)
        )
        return number

    def _insert_moments(self, number: int, moments: Sequence[Moment]) -> None:
        self._connection.executemany(
            "INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (number, position, _text(one.at), one.state, one.note_text, one.reason, one.redirect_to)
                for position, one in enumerate(moments)
            ],
        )

    def _hear(self, message: Message, replan: Replan) -> Heard:
        taken = self.find(message.column, message.value)
        if taken is None:
            return Heard("unknown", None)
        if self._one("SELECT 1 FROM messages WHERE id = ?", message.id) is not None:
            return Heard("repeated", taken)
        if taken.state in ENDED:
            return Heard("ended", taken)
        self._connection.execute("INSERT INTO messages VALUES (?, ?)", (message.id, taken.number))
        moments = replan(taken.state, self._planned(taken.number))
        self._connection.execute("DELETE FROM planned WHERE number = ?", (taken.number,))
        self._insert_moments(taken.number, moments)
        if message.kind == "recall":
            self._connection.execute(
                "UPDATE assignments SET state = ? WHERE number = ?", (State.RECALLED, taken.number)
            )
        return Heard("told", self.find("key", taken.key))

    def _planned(self, number: int) -> list[Moment]:
        rows = self._connection.execute(
            "SELECT at, state, note_text, reason, redirect_to FROM planned WHERE number = ? ORDER BY position",
            (number,),
        )
        return [
            Moment(datetime.fromisoformat(row["at"]), State(row["state"]), *tuple(row)[2:]) for row in rows
        ]

    def _play_one(self, number: int, copies: Copies) -> Played:
        moment = self._one("SELECT * FROM planned WHERE number = ? ORDER BY position LIMIT 1", number)
        assignment = self._one("SELECT * FROM assignments WHERE number = ?", number)
        assert moment is not None and assignment is not None
        sequence = assignment["sequence"] + 1
        event_id = str(uuid5(_NAMESPACE, f"{assignment['key']}/{sequence}"))
        cursor = self._connection.execute(
            "INSERT INTO changes (event_id, number, sequence, at, state, note_text, reason, redirect_to)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (event_id, number, sequence, moment["at"], moment["state"], moment["note_text"], moment["reason"],
             moment["redirect_to"]),
        )  # fmt: skip
        self._connection.execute(
            "UPDATE assignments SET state = ?, sequence = ? WHERE number = ?",
            (moment["state"], sequence, number),
        )
        self._connection.execute(
            "DELETE FROM planned WHERE number = ? AND position = ?", (number, moment["position"])
        )
        change_id = cursor.lastrowid or 0
        self._insert_deliveries(change_id, copies(event_id))
        return Played(self.change(change_id), self._outstanding_of(change_id), self.next_due(number))

    def _insert_deliveries(self, change_id: int, copies: Sequence[tuple[float, str | None]]) -> None:
        self._connection.executemany(
            "INSERT INTO deliveries (change_id, copy, not_before, outcome) VALUES (?, ?, ?, ?)",
            [(change_id, copy, not_before, outcome) for copy, (not_before, outcome) in enumerate(copies)],
        )

    def _outstanding_of(self, change_id: int) -> list[Delivery]:
        rows = self._connection.execute(
            "SELECT change_id, copy, not_before, attempts FROM deliveries"
            " WHERE change_id = ? AND outcome IS NULL",
            (change_id,),
        )
        return [Delivery(**row) for row in rows]

    def _note(self, entry: dict[str, Any]) -> None:
        self._connection.execute(
            "INSERT INTO received (entry) VALUES (?)", (json.dumps(entry, ensure_ascii=False),)
        )

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _taken(row: sqlite3.Row) -> Taken:
    return Taken(
        row["number"], row["key"], row["reference"], row["service"],
        State(row["state"]), State(row["first_state"]), row["sequence"],
    )  # fmt: skip


def _change(row: sqlite3.Row) -> Change:
    values = dict(row)
    return Change(**{**values, "at": datetime.fromisoformat(values["at"]), "state": State(values["state"])})


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
