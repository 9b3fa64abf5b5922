"""The SQLite file of an agency's state: its schema, its transactions, and whose it is."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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


class ForeignStateError(Exception):
    """The folder holds the state of another agency."""


class Database:
    """The file `path`, for one thread at a time; a committed transaction survives the death of the machine.

    Raises:
        ForeignStateError: the file belongs to another agency than `agency`.
    """

    def __init__(self, path: Path, agency: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_SCHEMA)
        self._claim(path, agency)

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Run one statement; iterate the result for its rows."""
        return self._connection.execute(sql, values)

    def execute_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run one statement for each of `rows`."""
        self._connection.executemany(sql, rows)

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query."""
        row: sqlite3.Row | None = self.execute(sql, *values).fetchone()
        return row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or undo all of it where it raises."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _claim(self, path: Path, agency: str) -> None:
        self.execute("INSERT OR IGNORE INTO meta VALUES ('agency', ?)", agency)
        row = self.row("SELECT value FROM meta WHERE name = 'agency'")
        if row is not None and row["value"] != agency:
            raise ForeignStateError(f"{path} belongs to {row['value']}; give {agency} another folder")


def instant_text(instant: datetime) -> str:
    """An instant as the tables hold it: UTC, so that texts sort as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
