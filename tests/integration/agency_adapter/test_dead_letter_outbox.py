"""Dead letters have an outbox of their own: no fault of their topic stops a status."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.errors import UnknownTopicOrPartitionError
from sqlalchemy import Table, func, select

from kit.clock import Clock
from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.kafka.connection import client_options
from kit.kafka.producer import Producer
from kit.outbox.relay import Relay
from kit.vault import Vault, key_id_of
from schemas.topics import load_contracts
from services.agency_adapter.assignment_dispatch import new_assignment
from services.agency_adapter.connectors.connector import Change, ChangePage, Connector, RejectedChange
from services.agency_adapter.dead_letters import TOPIC as DEAD_LETTERS
from services.agency_adapter.dead_letters import ChangeDeadLetters
from services.agency_adapter.polling import Poller
from services.agency_adapter.status_inbox import StatusInbox
from services.agency_adapter.store import sent_assignments
from services.agency_adapter.store.sent_assignments import SentAssignment
from services.agency_adapter.tables import dead_letter_outbox, outbox
from tests.integration.agency_adapter.assignments import sealed_assignment
from tests.integration.agency_adapter.published import records, statuses_of
from tests.waiting import until

pytestmark = pytest.mark.stack


class OnePage:
    """An agency whose first poll brings `changes`; then it has nothing more."""

    def __init__(self, changes: Sequence[Change | RejectedChange]) -> None:
        self._changes = tuple(changes)

    async def poll(self, cursor: str | None) -> ChangePage:
        """The page of changes, once."""
        changes, self._changes = self._changes, ()
        return ChangePage(changes, "1")


@pytest.fixture
def no_dead_letter_topic(kafka_bootstrap: str) -> None:
    ensure_topics(kafka_bootstrap, load_contracts())
    admin = KafkaAdminClient(**client_options(kafka_bootstrap))
    with suppress(UnknownTopicOrPartitionError):
        admin.delete_topics([DEAD_LETTERS])
    admin.close()


async def test_ten_statuses_behind_a_broken_change_are_published_without_a_dead_letter_topic(
    no_dead_letter_topic: None, database: Database, vault: Vault, kafka_bootstrap: str
) -> None:
    clock = Clock()
    assignment = await sealed_assignment(database, vault, f"agency-{uuid4().hex[:8]}", clock)
    sent = new_assignment(
        assignment, key_id_of(assignment.appeals[0].sealed), datetime.now(UTC) - timedelta(hours=1)
    )
    async with database.transaction() as connection:
        await sent_assignments.begin(connection, sent)
    changes = [RejectedChange("change_malformed", b"{}"), *(_change(sent, number) for number in range(10))]
    async with adapter(database, vault, kafka_bootstrap, sent.agency_id, changes):
        await until(lambda: _published(kafka_bootstrap, sent.case_id, 10), "ten statuses are published")
        await until(lambda: _pending(database, outbox, 0), "nothing waits among the statuses")
        assert await _pending(database, dead_letter_outbox, 1)
        await asyncio.to_thread(ensure_topics, kafka_bootstrap, [], [DEAD_LETTERS])
        await until(lambda: _pending(database, dead_letter_outbox, 0), "the dead letter is published")
    found = await records(kafka_bootstrap, DEAD_LETTERS)
    assert [record.key for record in found] == [sent.agency_id.encode()]


def _change(sent: SentAssignment, number: int) -> Change:
    at = datetime.now(UTC) - timedelta(minutes=30 - number)
    return Change(f"{sent.key}/{number}", "r-1", sent.key, "in_progress", "IN_WORK", at)


@asynccontextmanager
async def adapter(
    database: Database,
    vault: Vault,
    bootstrap: str,
    agency_id: str,
    changes: Sequence[Change | RejectedChange],
) -> AsyncIterator[None]:
    """A poller of the agency that has `changes`, and both relays of the adapter."""
    connector = cast(Connector, OnePage(changes))
    inbox = StatusInbox(agency_id, connector, database, vault)
    dead_letters = ChangeDeadLetters(vault)
    poller = Poller(inbox, connector, database, dead_letters, Clock(), 0.05, wake_relay=lambda: None)
    async with Producer(bootstrap, "test") as producer, Producer(bootstrap, "test") as of_dead_letters:
        relay = Relay("test", database, outbox, producer)
        dead_letter_relay = Relay("test.dead_letters", database, dead_letter_outbox, of_dead_letters)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for part in (poller, relay, dead_letter_relay):
                group.create_task(part.run(stop))
            try:
                yield
            finally:
                stop.set()


async def _published(bootstrap: str, case_id: str, count: int) -> bool:
    return len(await statuses_of(bootstrap, case_id)) == count


async def _pending(database: Database, table: Table, count: int) -> bool:
    query = select(func.count()).select_from(table).where(table.c.published_at.is_(None))
    async with database.transaction() as connection:
        return await connection.scalar(query) == count
