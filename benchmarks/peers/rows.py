"""The one table of the peers, and their write: one insert a transaction, as durable as ours."""

import asyncpg
from sqlalchemy import make_url
from temporalio import activity

from benchmarks.peers.work import Row

TABLE = """
CREATE TABLE IF NOT EXISTS peer_rows (case_id text, seq integer, payload text NOT NULL,
                                      written_at timestamptz DEFAULT now(), PRIMARY KEY (case_id, seq))
"""
INSERT = "INSERT INTO peer_rows (case_id, seq, payload) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


def plain(database_url: str) -> str:
    """The URL in the form that asyncpg takes."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


class Rows:
    """Writes rows of `size` bytes, with a pool as large as the case worker's."""

    def __init__(self, pool: "asyncpg.Pool", size: int) -> None:
        self._pool = pool
        self._size = size

    @activity.defn(name="write_row")
    async def write(self, row: Row) -> int:
        """Commit one row and return its sequence; a repeated row changes nothing."""
        await self._pool.execute(INSERT, row.case_id, row.seq, row.content.ljust(self._size, "x"))
        return row.seq
