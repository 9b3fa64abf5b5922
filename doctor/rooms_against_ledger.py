"""Reads the tables of intake, adapter, notifier and outboxes, and checks them against the ledger."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from doctor import installation_invariants as invariants
from doctor.findings import Examination, Finding
from doctor.ledger_index import LedgerIndex
from kit.database import Database
from ledger.tables import outbox as ledger_outbox
from services.agency_adapter.tables import assignments, dead_letter_outbox, inbox, messages
from services.agency_adapter.tables import outbox as adapter_outbox
from services.intake.tables import appeals
from services.intake.tables import outbox as intake_outbox
from services.notifier.tables import notifications

OUTBOX_LIMIT_SECONDS = 60.0
_OUTBOXES = {
    "intake": intake_outbox,
    "ledger": ledger_outbox,
    "adapter": adapter_outbox,
    "adapter.dead_letters": dead_letter_outbox,
}


async def examine_rooms(
    database: Database, index: LedgerIndex, settled_before: datetime, found: Examination
) -> list[Finding]:
    """What is wrong between the ledger and each other room; `index` holds the whole ledger.

    What a room wrote after `settled_before` may not be in the ledger yet.
    """
    async with database.transaction() as connection:
        settled = await _settled_cases(connection, settled_before)
        return [
            *await _appeals(connection, index, settled_before, found),
            *await _assignments(connection, index, found),
            *await _messages(connection, index, found),
            *await _statuses(connection, index, settled_before, found),
            *await _notifications(connection, index, settled, found),
            *invariants.check_hand_overs(index, settled),
            *invariants.check_outboxes(await _oldest_seconds(connection), OUTBOX_LIMIT_SECONDS),
        ]


async def _appeals(
    connection: AsyncConnection, index: LedgerIndex, settled_before: datetime, found: Examination
) -> list[Finding]:
    query = select(appeals.c.appeal_id, appeals.c.receipt_digest, appeals.c.created_at)
    accepted = [
        invariants.AcceptedAppeal(row.appeal_id, row.receipt_digest, row.created_at < settled_before)
        for row in await connection.execute(query)
    ]
    found.counts["appeals"] = len(accepted)
    return list(invariants.check_appeals(accepted, index))


async def _assignments(connection: AsyncConnection, index: LedgerIndex, found: Examination) -> list[Finding]:
    columns = assignments.c
    query = select(columns.agency_id, columns.case_id, columns.step, columns.attempt)
    sent = [tuple(row) for row in await connection.execute(query)]
    found.counts["assignments"] = len(sent)
    return list(invariants.check_assignments(sent, index))


async def _messages(connection: AsyncConnection, index: LedgerIndex, found: Examination) -> list[Finding]:
    recorded = [
        invariants.RecordedMessage(
            row.agency_id, row.case_id, row.key, row.step, row.attempt, sent=row.outcome is not None
        )
        for row in await connection.execute(select(messages))
    ]
    found.counts["messages to agencies"] = len(recorded)
    return list(invariants.check_messages(recorded, index))


async def _statuses(
    connection: AsyncConnection, index: LedgerIndex, settled_before: datetime, found: Examination
) -> list[Finding]:
    query = select(inbox.c.case_id, inbox.c.agency_id, inbox.c.assignment, inbox.c.status_id).where(
        inbox.c.case_id.is_not(None), inbox.c.recorded_at < settled_before
    )
    taken = [tuple(row) for row in await connection.execute(query)]
    found.counts["statuses"] = len(taken)
    return list(invariants.check_statuses(taken, index))


async def _notifications(
    connection: AsyncConnection, index: LedgerIndex, settled: set[str], found: Examination
) -> list[Finding]:
    rows = (await connection.execute(select(notifications.c.event_id, notifications.c.case_id))).all()
    planned = {row.event_id: row.case_id for row in rows}
    query = select(func.count()).select_from(notifications).where(notifications.c.state == "parked")
    parked = await connection.scalar(query) or 0
    found.counts["notifications"] = len(rows)
    return [
        *invariants.check_notifications(planned, index, settled),
        *invariants.parked_notifications(parked),
    ]


async def _settled_cases(connection: AsyncConnection, settled_before: datetime) -> set[str]:
    """The cases whose events were all published before `settled_before`."""
    last = func.coalesce(func.max(ledger_outbox.c.published_at), func.now())
    query = (
        select(ledger_outbox.c.key)
        .group_by(ledger_outbox.c.key)
        .having(last < settled_before, func.bool_and(ledger_outbox.c.published_at.is_not(None)))
    )
    return set((await connection.execute(query)).scalars())


async def _oldest_seconds(connection: AsyncConnection) -> dict[str, float]:
    """The age (seconds) of the oldest unpublished row of each outbox."""
    ages = {}
    for name, table in _OUTBOXES.items():
        age = func.extract("epoch", func.now() - func.min(table.c.created_at))
        query = select(age).where(table.c.published_at.is_(None))
        ages[name] = float(await connection.scalar(query) or 0)
    return ages
