"""The database on a real server: a lost connection is seen soon, classified, and survived."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database
from kit.transient import is_transient
from tests.integration.kit.kafka_harness import until

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, command_seconds=1)
    async with made.transaction() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS notes (note text PRIMARY KEY)"))
        await connection.execute(text("TRUNCATE notes"))
    yield made
    await made.close()


async def notes(database: Database) -> list[str]:
    async with database.transaction() as connection:
        return list((await connection.execute(text("SELECT note FROM notes ORDER BY note"))).scalars())


async def note(connection: AsyncConnection, what: str) -> None:
    await connection.execute(text("INSERT INTO notes VALUES (:what)"), {"what": what})


async def test_a_block_commits_and_an_error_rolls_it_back(database: Database) -> None:
    async with database.transaction() as connection:
        await note(connection, "kept")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            await note(connection, "dropped")
            raise ZeroDivisionError
    assert await notes(database) == ["kept"]


async def test_a_statement_commits_by_itself(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.statement() as connection:
            await note(connection, "kept")
            raise ZeroDivisionError
    assert await notes(database) == ["kept"]


async def test_what_is_asked_at_once_shares_connections_that_stay(database_url: str) -> None:
    small = Database(database_url, pool_size=2)
    first = await asyncio.gather(*(_server_process(small) for _ in range(20)))
    again = await asyncio.gather(*(_server_process(small) for _ in range(20)))
    await small.close()
    assert len(set(first)) == 2
    assert set(again) == set(first)


async def _server_process(database: Database) -> int:
    async with database.statement() as connection:
        found = await connection.execute(text("SELECT pg_backend_pid() FROM pg_sleep(0.01)"))
        return int(found.scalar_one())


async def test_a_silent_server_is_a_transient_error_and_the_pool_recovers(database: Database) -> None:
    with pytest.raises(TimeoutError) as raised:
        async with database.transaction() as connection:
            await note(connection, "dropped")
            await connection.execute(text("SELECT pg_sleep(120)"))
    assert is_transient(raised.value)
    assert await notes(database) == []


async def test_a_cut_connection_is_a_transient_error(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction() as connection:
            await note(connection, "dropped")
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await _terminate(database, pid)
            await connection.execute(text("SELECT 1"))
    assert is_transient(raised.value)
    assert await notes(database) == []


async def test_a_connection_cut_in_the_pool_is_never_handed_out(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    other = Database(database_url)
    await _terminate(other, pid)
    await until(lambda: _gone(other, pid))
    await other.close()
    assert await notes(database) == []


async def _gone(database: Database, pid: int) -> bool:
    async with database.transaction() as connection:
        counted = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        return bool((await connection.execute(counted, {"pid": pid})).scalar_one() == 0)


async def test_parameters_stay_out_of_error_texts(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction() as connection:
            await note(connection, "Aliyev")
            await note(connection, "Aliyev")
    assert not is_transient(raised.value)
    assert "[SQL parameters hidden" in str(raised.value)


async def test_ping_reports_whether_it_answers(database: Database) -> None:
    assert await database.ping()
    assert not await Database("postgresql+asyncpg://x:x@127.0.0.1:1/x").ping()


async def _terminate(database: Database, pid: int) -> None:
    async with database.session() as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
