"""After an absence of ours, what waited counts as received when the agency did it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import select

from kit.clock import Clock
from kit.database import Database
from kit.errors import TransientError
from kit.vault import Vault, key_id_of
from services.agency_adapter.assignment_dispatch import new_assignment
from services.agency_adapter.connectors.connector import Change, ChangePage, Connector
from services.agency_adapter.dead_letters import ChangeDeadLetters
from services.agency_adapter.polling import Poller
from services.agency_adapter.status_inbox import StatusInbox
from services.agency_adapter.store import poll_watermarks, sent_assignments
from services.agency_adapter.store.sent_assignments import SentAssignment
from services.agency_adapter.tables import inbox
from tests.integration.agency_adapter.assignments import sealed_assignment
from tests.waiting import until

pytestmark = pytest.mark.stack

HOUR = timedelta(hours=1)


class Scripted:
    """An agency that answers polls as the script states; None is silence. Then it has nothing more."""

    def __init__(self, *script: tuple[Change, ...] | None) -> None:
        self._script: Iterator[tuple[Change, ...] | None] = iter(script)

    async def poll(self, cursor: str | None) -> ChangePage:
        """The next step of the script."""
        changes = next(self._script, ())
        if changes is None:
            raise TransientError("agency_away", "no answer.")
        return ChangePage(changes, str(int(cursor or "0") + len(changes)))


def change(sent: SentAssignment, number: int, at: datetime) -> Change:
    return Change(f"{sent.key}/{number}", "r-1", sent.key, "in_progress", "IN_WORK", at)


async def test_what_waited_in_our_absence_is_not_late(database: Database, vault: Vault) -> None:
    clock = Clock()
    back = datetime.now(UTC).replace(microsecond=0)
    assignment = await sealed_assignment(database, vault, f"agency-{uuid4().hex[:8]}", clock)
    sent = new_assignment(assignment, key_id_of(assignment.appeals[0].sealed), back - 9 * HOUR)
    changes = [change(sent, number, back - 2 * HOUR) for number in range(3)]
    async with database.transaction() as connection:
        await sent_assignments.begin(connection, sent)
        await poll_watermarks.write(connection, sent.agency_id, "0", back - 3 * HOUR)
    agency = Scripted(None, (changes[0],), (changes[1],), None, (changes[2],))
    await read_to_the_end(database, vault, sent.agency_id, agency, back)
    async with database.transaction() as connection:
        query = select(inbox.c.received_at).where(inbox.c.agency_id == sent.agency_id)
        received = (await connection.execute(query)).scalars().all()
    assert received == [back - 2 * HOUR] * len(changes)


async def test_an_id_known_with_another_statement_is_dead_lettered_once(
    database: Database, vault: Vault
) -> None:
    clock = Clock()
    back = datetime.now(UTC).replace(microsecond=0)
    assignment = await sealed_assignment(database, vault, f"agency-{uuid4().hex[:8]}", clock)
    sent = new_assignment(assignment, key_id_of(assignment.appeals[0].sealed), back - 9 * HOUR)
    async with database.transaction() as connection:
        await sent_assignments.begin(connection, sent)
        await sent_assignments.record_delivery(connection, replace(sent, reference="r-1"))
        await poll_watermarks.write(connection, sent.agency_id, "0", back - 3 * HOUR)
    first = replace(change(sent, 1, back - 2 * HOUR), stated=b"one statement")
    other = replace(first, stated=b"another statement", raw=b"another statement")
    await read_to_the_end(
        database, vault, sent.agency_id, Scripted((first, first), (other,), (other, first)), back, "5"
    )
    async with database.transaction() as connection:
        query = select(inbox.c.status_id).where(inbox.c.agency_id == sent.agency_id)
        received = (await connection.execute(query)).scalars().all()
    assert len(received) == 2
    assert [name for name in received if not name.startswith("rejected/")] == [first.status_id]


async def read_to_the_end(
    database: Database, vault: Vault, agency_id: str, agency: Scripted, since: datetime, end: str = "3"
) -> None:
    connector = cast(Connector, agency)
    inbox = StatusInbox(agency_id, connector, database, vault)
    dead_letters = ChangeDeadLetters(vault)
    poller = Poller(inbox, connector, database, dead_letters, Clock(), 0.05, wake_relay=lambda: None)

    async def polled() -> bool:
        async with database.transaction() as connection:
            cursor, polled_at = await poll_watermarks.read(connection, agency_id)
        return cursor == end and polled_at is not None and polled_at > since

    stop = asyncio.Event()
    polling = asyncio.create_task(poller.run(stop))
    await until(polled, "the changes are read to their end")
    stop.set()
    await polling
