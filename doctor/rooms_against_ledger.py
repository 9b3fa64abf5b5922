"""Reads the tables of intake, adapter, notifier and outboxes, and checks them against the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from doctor import installation_invariants as invariants
from doctor.findings import Examination, Finding
from doctor.installation_invariants import (
    AcceptedAppeal,
    RecordedMessage,
    TakenStatus,
    missing_statuses,
)
from doctor.ledger_index import FirstReading, LedgerIndex
from doctor.on_its_way import Stages
from kit.database import Database
from ledger.tables import outbox as ledger_outbox
from schemas.frozen import CaseId
from services.agency_adapter.tables import assignments, dead_letter_outbox, inbox, messages
from services.agency_adapter.tables import outbox as adapter_outbox
from services.intake.tables import appeals
from services.intake.tables import outbox as intake_outbox
from services.notifier.tables import notifications
from services.notifier.tables import outbox as notifier_outbox
from services.router.tables import routing_decisions

OUTBOX_LIMIT_SECONDS = 60.0
_OUTBOXES = {
    "intake": intake_outbox,
    "ledger": ledger_outbox,
    "adapter": adapter_outbox,
    "adapter.dead_letters": dead_letter_outbox,
    "notifier": notifier_outbox,
}


@dataclass(frozen=True)
class Rooms:
    """What intake accepted, and what an adapter sent and took: read before the stages to the ledger are.

    `sent`: agency, case, step and attempt of each assignment.
    """

    accepted: list[AcceptedAppeal]
    sent: list[tuple[str, str, str, int]]
    messages: list[RecordedMessage]
    taken: list[TakenStatus]

    def missing(self, index: LedgerIndex, routed: Mapping[str, CaseId]) -> dict[str, CaseId]:
        """The cases of the appeals and statuses that no history has; `routed` has those of the appeals."""
        ids = {appeal.appeal_id for appeal in self.accepted} - index.appeals.keys()
        found = {appeal_id: routed[appeal_id] for appeal_id in ids & routed.keys()}
        for status in missing_statuses(self.taken, index):
            found[status.identity] = status.case_id
        return found


async def read_rooms(database: Database) -> Rooms:
    """Read intake and the adapter."""
    async with database.transaction() as connection:
        accepted = await connection.execute(select(appeals.c.appeal_id, appeals.c.receipt_digest))
        of_case = select(inbox.c.case_id, inbox.c.agency_id, inbox.c.assignment, inbox.c.status_id)
        taken = await connection.execute(of_case.where(inbox.c.case_id.is_not(None)))
        columns = assignments.c
        query = select(columns.agency_id, columns.case_id, columns.step, columns.attempt)
        sent = await connection.execute(query)
        return Rooms(
            [AcceptedAppeal(*row) for row in accepted],
            [(agency, case_id, step, attempt) for agency, case_id, step, attempt in sent],
            await _messages(connection),
            [TakenStatus(*row) for row in taken],
        )


async def _messages(connection: AsyncConnection) -> list[RecordedMessage]:
    return [
        RecordedMessage(
            row.agency_id, row.case_id, row.key, row.step, row.attempt, sent=row.outcome is not None
        )
        for row in await connection.execute(select(messages))
    ]


async def read_planned(database: Database) -> dict[str, CaseId]:
    """The events for which a notification is planned, with their cases."""
    async with database.transaction() as connection:
        rows = await connection.execute(select(notifications.c.event_id, notifications.c.case_id))
        return {row.event_id: row.case_id for row in rows}


async def read_routed(database: Database, index: LedgerIndex) -> dict[str, CaseId]:
    """The case that the router chose for each appeal that is in no history of `index`."""
    async with database.transaction() as connection:
        rows = await connection.execute(select(routing_decisions.c.appeal_id, routing_decisions.c.case_id))
        return {row.appeal_id: row.case_id for row in rows if row.appeal_id not in index.appeals}


def check_rooms(
    rooms: Rooms,
    planned: Mapping[str, CaseId],
    index: LedgerIndex,
    first: FirstReading,
    stages: Stages,
    found: Examination,
) -> list[Finding]:
    """What is wrong between the ledger and each other room; `index` was read on after the rooms were."""
    absent = {appeal.appeal_id for appeal in rooms.accepted} - index.appeals.keys()
    absent_statuses = [status.identity for status in missing_statuses(rooms.taken, index)]
    found.counts |= {
        "appeals": len(rooms.accepted),
        "appeals on their way": stages.count(absent),
        "assignments": len(rooms.sent),
        "messages to agencies": len(rooms.messages),
        "statuses": len(rooms.taken),
        "statuses on their way": stages.count(absent_statuses),
        "notifications": len(planned),
        "notifications on their way": stages.count(first.noticed.keys() - planned.keys()),
    }
    return [
        *invariants.check_appeals(rooms.accepted, index, first, stages),
        *invariants.check_assignments(rooms.sent, index),
        *invariants.check_messages(rooms.messages, index, first),
        *invariants.check_statuses(rooms.taken, index, stages),
        *invariants.check_notifications(planned, index, first, stages),
    ]


async def examine_queues(database: Database, index: LedgerIndex, settled_before: datetime) -> list[Finding]:
    """What is wrong with hand-overs, outboxes and notices.

    A case that was published after `settled_before` may have tracks on their way.
    """
    async with database.transaction() as connection:
        settled = await _settled_cases(connection, settled_before)
        query = select(func.count()).select_from(notifications).where(notifications.c.state == "parked")
        return [
            *invariants.parked_notifications(await connection.scalar(query) or 0),
            *invariants.failed_notifications(await _failed(connection)),
            *invariants.check_hand_overs(index, settled),
            *invariants.check_outboxes(await _oldest_seconds(connection), OUTBOX_LIMIT_SECONDS),
        ]


async def _failed(connection: AsyncConnection) -> dict[str, int]:
    """How many notifications failed, by reason."""
    reason = func.coalesce(notifications.c.reason, "unknown")
    query = select(reason, func.count()).where(notifications.c.state == "failed").group_by(reason)
    return {row[0]: row[1] for row in await connection.execute(query)}


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
