"""The outbox and its relay against real servers: nothing lost, nothing out of order, whatever dies."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from kit import failpoints
from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.kafka.producer import MAX_MESSAGE_BYTES, Producer
from kit.outbox.relay import Relay
from kit.outbox.table import OutboxMessage, enqueue
from kit.transient import is_transient
from schemas.topics import TopicContract
from tests.integration.kit.kafka_harness import Harness, event, harness, until
from tests.integration.kit.outbox_harness import OUTBOX, pending, prepare, published, put
from tests.integration.kit.processes import ended, started

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture
async def mine(kafka_bootstrap: str) -> AsyncIterator[Harness]:
    async with harness(kafka_bootstrap) as made:
        yield made


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await prepare(made)
    yield made
    await made.close()


@asynccontextmanager
async def relaying(database: Database, producer: Producer, shards: int = 1) -> AsyncIterator[Relay]:
    stop = asyncio.Event()
    relay = Relay("kit-test", database, OUTBOX, producer, shards)
    running = asyncio.create_task(relay.run(stop))
    try:
        yield relay
    finally:
        stop.set()
        await running


def numbers(found: Sequence[tuple[str, bytes]], key: str) -> list[int]:
    return [json.loads(value)["data"]["number"] for k, value in found if k == key]


async def _none_pending(database: Database) -> bool:
    return await pending(database) == 0


async def test_what_commits_is_published_once_in_order_and_nothing_else(
    mine: Harness, database: Database
) -> None:
    async with relaying(database, mine.producer, shards=2) as relay:
        for start in range(0, 600, 100):
            for key in ("a", "b", "c"):
                await put(database, mine, range(start, start + 100), key)
        with pytest.raises(ZeroDivisionError):
            async with database.transaction():
                await put_and_fail(database, mine)
        relay.wake()
        await until(lambda: _none_pending(database))
    found = await published(mine)
    assert len(found) == 1800
    for key in ("a", "b", "c"):
        assert numbers(found, key) == list(range(600))


async def put_and_fail(database: Database, mine: Harness) -> None:
    async with database.transaction() as connection:
        await enqueue(connection, OUTBOX, [OutboxMessage(mine.topic, "a", b"{}")])
        raise ZeroDivisionError


async def test_a_lost_lock_connection_is_replaced(mine: Harness, database: Database) -> None:
    async with relaying(database, mine.producer):
        for round_ in range(5):
            await _put_in_spite(database, mine, range(round_ * 20, round_ * 20 + 20))
            await _cut_all_others(database)
        await until(lambda: _none_pending(database))
    found = numbers(await published(mine), "a")
    assert list(dict.fromkeys(found)) == list(range(100))


async def _put_in_spite(database: Database, mine: Harness, what: Sequence[int]) -> None:
    """Put, again where the cut has hit this very transaction: nothing of it was committed then."""
    while True:
        try:
            return await put(database, mine, what)
        except Exception as error:
            if not is_transient(error):
                raise


async def _cut_all_others(database: Database) -> None:
    async with database.session() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


async def test_of_two_relays_one_works_and_the_other_takes_over(mine: Harness, database: Database) -> None:
    async with relaying(database, mine.producer) as first:
        await put(database, mine, range(10))
        await until(lambda: _none_pending(database))
        async with relaying(database, mine.producer):
            await put(database, mine, range(10, 200))
            first.wake()
            await until(lambda: _none_pending(database))
    async with relaying(database, mine.producer):
        await put(database, mine, range(200, 210))
        await until(lambda: _none_pending(database))
    assert numbers(await published(mine), "a") == list(range(210))


@pytest.mark.parametrize("point", ["before_send", "after_send", "after_mark"])
async def test_an_error_at_any_point_is_tried_again(
    mine: Harness, database: Database, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(failpoints.VARIABLE, str(tmp_path))
    (tmp_path / f"kit-test.relay.{point}").write_text("error")
    await put(database, mine, range(50))
    async with relaying(database, mine.producer):
        await until(lambda: _none_pending(database))
    found = numbers(await published(mine), "a")
    assert list(dict.fromkeys(found)) == list(range(50))
    assert len(found) == (100 if point == "after_send" else 50)


@pytest.mark.parametrize(("point", "sent"), [("before_send", 50), ("after_send", 100), ("after_mark", 50)])
async def test_killed_at_any_point_a_duplicate_at_most_never_a_loss(
    mine: Harness, database: Database, database_url: str, point: str, sent: int, tmp_path: Path
) -> None:
    await put(database, mine, range(50))
    (tmp_path / f"kit-test.relay.{point}").write_text("kill")
    arguments = ("relay", "kit-test", database_url, mine.bootstrap)
    async with started(*arguments, failpoints=tmp_path) as process:
        assert await ended(process) == -9
    assert await pending(database) == (0 if point == "after_mark" else 50)
    await put(database, mine, [50])
    async with started(*arguments, failpoints=tmp_path) as process:
        await until(lambda: _none_pending(database))
        process.terminate()
        assert await ended(process) == 0
    found = numbers(await published(mine), "a")
    assert len(found) == sent + 1
    assert list(dict.fromkeys(found)) == list(range(51))


async def test_a_row_that_kafka_refuses_holds_back_its_own_key_alone(
    mine: Harness, database: Database
) -> None:
    too_long = b"x" * (MAX_MESSAGE_BYTES + 1)
    async with database.transaction() as connection:
        for message in (
            OutboxMessage(mine.topic, "long", too_long),
            OutboxMessage("vahid.kit-test-missing.v1", "missing", b"{}"),
        ):
            await enqueue(connection, OUTBOX, [message])
    for key in ("long", "missing", "a", "b"):
        await put(database, mine, range(20), key)
    async with relaying(database, mine.producer):
        await until(lambda: _pending_are(database, 2 + 40))
        await put(database, mine, range(20, 30), "a")
        await until(lambda: _pending_are(database, 2 + 40))
    found = await published(mine)
    assert {key for key, _ in found} == {"a", "b"}
    assert list(dict.fromkeys(numbers(found, "a"))) == list(range(30))


async def test_what_waited_behind_a_refused_row_follows_it_in_order(
    mine: Harness, database: Database
) -> None:
    late = OutboxMessage(f"vahid.{mine.name}-late.v1", "a", event(0))
    async with database.transaction() as connection:
        await enqueue(connection, OUTBOX, [late])
    await put(database, mine, range(1, 5))
    await put(database, mine, range(5), "b")
    async with relaying(database, mine.producer):
        await until(lambda: _pending_are(database, 5))
        contract = TopicContract(
            topic=late.topic, owner="kit", key="a", types={"az.vahid.*": "x"}, partitions=1
        )
        await asyncio.to_thread(ensure_topics, mine.bootstrap, [contract])
        await until(lambda: _none_pending(database))
    assert numbers(await published(mine), "a") == list(range(1, 5))


async def _pending_are(database: Database, count: int) -> bool:
    return await pending(database) == count
