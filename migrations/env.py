"""Alembic's environment: one connection, the schemas of all rooms, one transaction for all revisions."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from migrations import complete_metadata

_METADATA = complete_metadata()
_SCHEMAS = sorted({table.schema for table in _METADATA.tables.values() if table.schema})
_LOCK = 0x7661686964  # "vahid": upgrades run one after another


def _run(connection: Connection) -> None:
    for schema in _SCHEMAS:
        connection.execute(CreateSchema(schema, if_not_exists=True))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=_METADATA,
        include_schemas=True,
        include_name=lambda name, kind, parents: kind != "schema" or name in _SCHEMAS,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        context.run_migrations()


async def _connect() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_connect())
