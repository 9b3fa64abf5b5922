"""The revisions make exactly the tables that the rooms declare."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from kit.database import Database
from migrations import complete_metadata, config, upgrade
from tests import stack as real
from vahid.stack import Stack

pytestmark = pytest.mark.stack


@pytest.fixture
def migrated(servers: Stack) -> str:
    url = real.run(
        lambda: real.create_database(servers.environment()["VAHID_DATABASE_URL"], real.fresh_name())
    )
    upgrade(url)
    upgrade(url)  # nothing happens the second time
    return url


def _differences(connection: Connection) -> list[Any]:
    metadata = complete_metadata()
    schemas = {table.schema for table in metadata.tables.values()}
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, parents: kind != "schema" or name in schemas,
        "compare_server_default": True,
    }
    context = MigrationContext.configure(connection, opts=options)
    found = compare_metadata(context, metadata)
    return [difference for difference in found if "alembic_version" not in str(difference)]


def _sequences(connection: Connection) -> set[str]:
    return set(inspect(connection).get_sequence_names(schema="intake"))


async def test_revisions_and_declarations_agree(migrated: str) -> None:
    database = Database(migrated)
    async with database.transaction() as connection:
        assert await connection.run_sync(_differences) == []
        assert "tracking_sequence" in await connection.run_sync(_sequences)
    await database.close()


def test_the_revisions_can_be_undone_and_made_again(migrated: str) -> None:
    command.downgrade(config(migrated), "base")
    upgrade(migrated)
