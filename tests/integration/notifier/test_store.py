"""Which notices go in one digest, decided by PostgreSQL: none twice, none before its time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from catalogue.loader import load
from kit.clock import Clock
from kit.database import Database
from services.notifier.model import Notification
from services.notifier.officials import plan_for_officials
from services.notifier.outcomes import Settlement
from services.notifier.store import due, settling
from services.notifier.store.backlog import read_backlogs
from services.notifier.store.due import DueMessage
from services.notifier.store.planning import add_notifications
from services.notifier.tables import notifications
from tests.builders import MONDAY
from tests.unit.notifier.builders import reminded

CATALOGUE = load()
NOON = MONDAY + timedelta(hours=2)
CLOCK = Clock(epoch=NOON, started_at=datetime.now(UTC))
NIGHT = MONDAY + timedelta(hours=14)
MORNING = MONDAY + timedelta(hours=23)
LEASE = timedelta(seconds=30)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def planned(
    database: Database, agency: str, count: int = 1, at: datetime = MONDAY
) -> list[Notification]:
    """So many deadlines, of a case each, to notify the handler of an agency of."""
    rows: list[Notification] = []
    for _ in range(count):
        payload = reminded("handler", agencies=(agency,))
        rows += plan_for_officials(CATALOGUE, uuid4().hex, str(uuid4()), payload, [], at)
    async with database.transaction() as connection:
        assert len(await add_notifications(connection, rows, None, CLOCK)) == count
        assert await add_notifications(connection, rows, None, CLOCK) == ()
    return rows


async def taken(database: Database) -> DueMessage | None:
    async with database.transaction() as connection:
        message = await due.take(connection, "email")
        if message is not None:
            await settling.mark_sending(connection, message, LEASE, CLOCK.now())
        return message


async def settled(database: Database, message: DueMessage, settlement: Settlement) -> bool:
    async with database.transaction() as connection:
        return await settling.settle(connection, message, settlement, CLOCK.now())


def ids(rows: Sequence[Notification]) -> set[str]:
    return {row.notification_id for row in rows}


async def test_all_that_is_due_to_one_official_is_one_digest(database: Database) -> None:
    rows, others = await planned(database, "moh", 3), await planned(database, "mod", 2)
    messages = [await taken(database), await taken(database)]
    assert await taken(database) is None
    assert {frozenset(message.ids) for message in messages if message} == {
        frozenset(ids(rows)),
        frozenset(ids(others)),
    }
    for message in messages:
        assert message is not None and message.sealed is None
        assert await settled(database, message, Settlement("sent", provider_id="<1@vahid>"))
        assert not await settled(database, message, Settlement("failed"))


async def test_nothing_is_taken_before_the_office_opens(database: Database) -> None:
    await planned(database, "sicc", at=NIGHT)
    assert await taken(database) is None
    async with database.transaction() as connection:
        assert not await due.is_due(connection, "email")
        waiting = (await read_backlogs(connection))["email"]
        ahead = await due.next_due_in(connection, "email")
        assert await due.next_due_in(connection, "sms") is None
    assert waiting.oldest_planned_age == 0  # it is not late: it waits for its time
    hours_ahead = timedelta(seconds=ahead or 0)
    assert timedelta(hours=20) < hours_ahead <= MORNING - NOON


async def test_of_concurrent_senders_one_takes_the_whole_digest(database: Database) -> None:
    rows = await planned(database, "ssmc", 20)
    found = await asyncio.gather(*(taken(database) for _ in range(6)))
    [message] = [each for each in found if each]
    assert set(message.ids) == ids(rows)
    assert await settled(database, message, Settlement("sent"))


async def test_no_part_of_a_digest_is_taken_while_another_sender_has_its_first_line(
    database: Database,
) -> None:
    rows = await planned(database, "nizami-executive", 3)
    first = select(notifications).where(notifications.c.notification_id == min(ids(rows)))
    async with database.transaction() as another:
        await another.execute(first.with_for_update())
        assert await taken(database) is None
    message = await taken(database)
    assert message is not None and set(message.ids) == ids(rows)
    assert await settled(database, message, Settlement("sent"))


async def test_a_digest_that_was_not_sent_is_retried_with_what_came_since(database: Database) -> None:
    first = await planned(database, "mlspp", 2)
    message = await taken(database)
    assert message is not None
    retried = Settlement("planned", "connection_lost", retry_in=timedelta(0))
    assert await settled(database, message, retried)
    since = await planned(database, "mlspp")
    again = await taken(database)
    assert again is not None and set(again.ids) == ids(first) | ids(since)
    assert again.attempts == 1
    assert await settled(database, again, Settlement("sent"))


async def test_a_digest_is_postponed_whole(database: Database) -> None:
    await planned(database, "samhi", 2)
    async with database.transaction() as connection:
        message = await due.take(connection, "email")
        assert message is not None and len(message.ids) == 2
        assert datetime.now(UTC) - message.due_since > timedelta(hours=1)
        await settling.postpone(connection, message, datetime.now(UTC) + timedelta(hours=1))
    assert await taken(database) is None
