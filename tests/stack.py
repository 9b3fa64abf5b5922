"""The real servers and the whole stack for tests: started once a test session, in a folder of its own."""

import asyncio
import os
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlalchemy import make_url

from kit.database import Database
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
    """A stack of its own servers, simulators and services in demo time; for tests that kill and stop.

    `environment` are further settings of its processes.
    """
    environment["VAHID_FAILPOINTS_DIR"] = str(failpoints(home))
    return Stack(home, scale=DEMO_SCALE, epoch=DEMO_EPOCH, environment=environment)


def failpoints(home: Path) -> Path:
    """The folder in which failpoints of the processes of `whole_stack(home)` are armed."""
    folder = home / "failpoints"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run async `work` from a fixture that is not async, whatever loop the test runs in."""
    outcome: list[T] = []
    problem: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(asyncio.run(_awaited(work)))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            problem.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if problem:
        raise problem[0]
    return outcome[0]


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
    """Drop the database `name`, whoever is connected to it."""
    connection = await asyncpg.connect(_plain(server_url))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def create_tables(url: str) -> None:
    """Create the schemas and tables of all rooms, as they are declared."""
    from sqlalchemy.schema import CreateSchema

    from migrations import complete_metadata

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
