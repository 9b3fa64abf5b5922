"""PostgreSQL: one engine a process, one transaction at a time, errors that surface within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import InternalError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection

metadata = MetaData()
"""The one MetaData. Each room declares its tables in its `tables.py`, in a PostgreSQL schema of its own."""

CONNECT_SECONDS = 5.0
PING_SECONDS = 3.0


class Database:
    """A pool of at most `pool_size` connections to one database. Connects at first use, not when made.

    What is connected stays so: a new one costs as much as a hundred statements (a process of the server, a
    proof of the password, every statement prepared anew). `command_seconds` bounds every single statement,
    so that a server that hangs is an error and no wait; a report over the whole ledger may ask for more.
    Parameters stay out of error texts: they are personal.
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
        async with self._engine.connect() as connection, _given_up_when_silent(connection):
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement commits by itself: one way to the server instead of three.

        For what is done in one statement, or in several that would each be right alone.

        Raises:
            TimeoutError: it took longer than `command_seconds`; its outcome is unknown.
            sqlalchemy.exc.SQLAlchemyError: see `is_transient` for whether to try again.
        """
        async with self._committing.connect() as connection, _given_up_when_silent(connection):
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection for who holds something of the session, as an advisory lock; each statement commits.

        It is closed at the end and never goes back to the pool: what the session held is let go with it.
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
async def _given_up_when_silent(connection: AsyncConnection) -> AsyncIterator[None]:
    """The server is silent, or asyncpg has lost its place: a rollback would only fail once more."""
    try:
        yield
    except (TimeoutError, InternalError):
        await connection.invalidate()
        raise


def _refuse_a_closed_connection(
    dbapi_connection: object, record: object, proxy: PoolProxiedConnection
) -> None:
    """After a restart of the server its connections are known to be closed: no ping is needed to find out."""
    driver = getattr(dbapi_connection, "driver_connection", None)
    if driver is not None and driver.is_closed():
        raise InvalidatePoolError("the server closed the connection")
