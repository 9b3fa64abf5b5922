"""The real servers and the whole stack for tests, in a folder of their own; one set a test session."""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.schema import CreateSchema

from kit.database import Database
from migrations import complete_metadata
from vahid.stack import Stack

T = TypeVar("T")

DEMO_EPOCH = datetime(2021, 8, 23, 9, 0, tzinfo=timezone(timedelta(hours=4)))
DEMO_SCALE = 43_200.0
"""One business day, of 24 hours, is two real seconds."""


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """The stack, started; stopped at the end."""
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


def whole_stack(home: Path, **environment: str) -> Stack:
    """A stack with servers, simulators and services of its own, in demo time, for tests that kill and stop.

    `environment` holds further settings of its processes.
    """
    environment["VAHID_FAILPOINTS_DIR"] = str(failpoints(home))
    return Stack(home, scale=DEMO_SCALE, epoch=DEMO_EPOCH, environment=environment)


def failpoints(home: Path) -> Path:
    """The folder in which failpoints of the processes of `whole_stack(home)` are armed."""
    folder = home / "failpoints"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run async `work` to its end from a fixture that is not async, whether or not a loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _awaited(work)).result()


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def create_database(server_url: str, name: str, template: str | None = None) -> str:
    """Create the database `name` on the server of `server_url` and return its URL."""
    connection = await asyncpg.connect(_plain(server_url))
    try:
        await connection.execute(
            f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else "")
        )
    finally:
        await connection.close()
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def drop_database(server_url: str, name: str) -> None:
    """Drop the database `name`, and every connection to it."""
    connection = await asyncpg.connect(_plain(server_url))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def create_template(server_url: str, name: str) -> None:
    """Create the database `name` with the tables of all rooms, to copy others from."""
    await create_tables(await create_database(server_url, name))


async def create_tables(url: str) -> None:
    """Create the schemas and tables of all rooms, as they are declared."""
    metadata = complete_metadata()
    database = Database(url)
    async with database.transaction() as connection:
        for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
            await connection.execute(CreateSchema(schema, if_not_exists=True))
        await connection.run_sync(metadata.create_all)
    await database.close()


def fresh_name() -> str:
    """A name for a database, a group or a topic that no other test has."""
    return f"t{os.getpid()}_{uuid.uuid4().hex[:8]}"


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
