"""Data keys in PostgreSQL: made once, remembered when they are sure to last, gone when destroyed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from kit.database import Database
from kit.errors import PermanentError
from kit.key_files import create_keys
from kit.vault import KeyDestroyedError, KeyMissingError, Vault, data_keys

pytestmark = pytest.mark.stack


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.transaction() as connection:
        await connection.execute(data_keys.delete())
    yield made
    await made.close()


@pytest.fixture
def vault(keys: Path) -> Vault:
    return Vault(keys)


async def test_a_key_made_here_opens_there(database: Database, keys: Path) -> None:
    async with database.transaction() as connection:
        sealed = (await Vault(keys).create_data_key(connection, "case-1")).seal(b"content")
    async with database.transaction() as connection:
        assert (await Vault(keys).data_key(connection, "case-1")).open(sealed) == b"content"


async def test_making_a_key_again_gives_the_same_key(database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        first = await vault.create_data_key(connection, "case-1")
        assert await vault.create_data_key(connection, "case-1") == first
    async with database.transaction() as connection:
        assert await vault.create_data_key(connection, "case-1") == first


async def test_two_who_make_a_key_at_once_get_the_same(database: Database, keys: Path) -> None:
    async def make() -> bytes:
        async with database.transaction() as connection:
            return (await Vault(keys).create_data_key(connection, "case-1")).secret

    assert len(set(await asyncio.gather(*(make() for _ in range(8))))) == 1


async def test_a_key_rolled_back_is_not_remembered(database: Database, vault: Vault) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            await vault.create_data_key(connection, "case-1")
            await vault.data_key(connection, "case-1")
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await fail()
    async with database.transaction() as connection:
        with pytest.raises(KeyMissingError):
            await vault.data_key(connection, "case-1")


async def test_the_database_never_holds_a_key_open(database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        key = await vault.create_data_key(connection, "case-1")
        wrapped = (await connection.execute(select(data_keys.c.wrapped))).scalar_one()
    assert len(wrapped) == 40  # RFC 3394: eight bytes longer than the key
    assert key.secret not in wrapped


async def test_a_remembered_key_needs_no_database(database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        key = await vault.create_data_key(connection, "case-1")
    async with database.transaction() as connection:
        assert await vault.data_key(connection, "case-1") == key
        await connection.execute(data_keys.delete())
        assert await vault.data_key(connection, "case-1") == key


async def test_a_destroyed_key_is_gone_for_good(database: Database, vault: Vault, keys: Path) -> None:
    async with database.transaction() as connection:
        await vault.create_data_key(connection, "case-1")
    async with database.transaction() as connection:
        await vault.data_key(connection, "case-1")
        await vault.destroy_data_key(connection, "case-1")
        destroyed = (await connection.execute(select(data_keys))).one()
        await vault.destroy_data_key(connection, "case-1")
        assert (await connection.execute(select(data_keys))).one() == destroyed
    assert destroyed.wrapped is None
    async with database.transaction() as connection:
        for each in (vault, Vault(keys)):
            with pytest.raises(KeyDestroyedError):
                await each.data_key(connection, "case-1")
            with pytest.raises(KeyDestroyedError):
                await each.create_data_key(connection, "case-1")


async def test_a_key_that_never_was_is_missing(database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        with pytest.raises(KeyMissingError):
            await vault.data_key(connection, "case-2")
        with pytest.raises(KeyMissingError):
            await vault.destroy_data_key(connection, "case-2")


async def test_another_installation_is_told_so(database: Database, vault: Vault, tmp_path: Path) -> None:
    create_keys(tmp_path)
    async with database.transaction() as connection:
        await vault.create_data_key(connection, "case-1")
        with pytest.raises(PermanentError, match=r"master_key_wrong.*VAHID_KEYS"):
            await Vault(tmp_path).data_key(connection, "case-1")


async def test_a_destroyed_key_cannot_keep_its_bytes(database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        await vault.create_data_key(connection, "case-1")
    with pytest.raises(Exception, match="destroyed_keys_are_gone"):
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE vault.data_keys SET destroyed_at = now()"))
