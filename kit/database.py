"""PostgreSQL: pooled connections, transactions, and errors that surface within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import InternalError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection

metadata = MetaData()
"""The one MetaData. Each package declares its tables in its `tables.py`, in its own PostgreSQL schema."""

CONNECT_SECONDS = 5.0
PING_SECONDS = 3.0


class Database:
    """A pool of at most `pool_size` connections to one database. Connects at first use, not when made.

    Connections stay open: a new one costs as much as a hundred statements (a process of the server, a proof
    of the password, every statement prepared anew). `command_seconds` bounds every single statement, so that
    a server that hangs is an error; a report over the whole ledger may ask for more. Parameters stay out of
    error texts: they are personal.
    """

    def __init__(self, url: str, pool_size: int = 20, *, command_seconds: float = 8.0) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_use_lifo=True,  # the one used last has all its statements prepared
            pool_timeout=command_seconds,
            hide_parameters=True,
            connect_args={
                "timeout": CONNECT_SECONDS,
                "command_timeout": command_seconds,
                "server_settings": {"application_name": "vahid", "timezone": "UTC"},
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_a_closed_connection)
        self._committing = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises:
            TimeoutError: a statement took longer than `command_seconds`; its outcome is unknown.
            sqlalchemy.exc.SQLAlchemyError: see `is_transient` for whether to try again.
        """
        async with self._engine.connect() as connection, _dropped_when_silent(connection):
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement commits by itself: one round trip instead of three.

        Use it for one statement, or for several that are each right alone.

        Raises:
            TimeoutError: it took longer than `command_seconds`; its outcome is unknown.
            sqlalchemy.exc.SQLAlchemyError: see `is_transient` for whether to try again.
        """
        async with self._committing.connect() as connection, _dropped_when_silent(connection):
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection that holds something of its session, such as an advisory lock; each statement commits.

        It closes at the end and never goes back to the pool: the server releases what the session held.
        """
        async with self._committing.connect() as connection:
            try:
                yield connection
            finally:
                await connection.invalidate()

    async def ping(self) -> bool:
        """Whether the server answers within a few seconds."""
        try:
            async with asyncio.timeout(PING_SECONDS), self.statement() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


@asynccontextmanager
async def _dropped_when_silent(connection: AsyncConnection) -> AsyncIterator[None]:
    """Drop the connection when the server is silent or asyncpg is confused: a rollback would fail too."""
    try:
        yield
    except (TimeoutError, InternalError):
        await connection.invalidate()
        raise


def _refuse_a_closed_connection(
    dbapi_connection: object, record: object, proxy: PoolProxiedConnection
) -> None:
    """Refuse a connection that the server has closed, without a ping before each use."""
    driver = getattr(dbapi_connection, "driver_connection", None)
    if driver is not None and driver.is_closed():
        raise InvalidatePoolError("the server closed the connection")
