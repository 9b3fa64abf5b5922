"""The doctor looks: reads the rooms' tables, Kafka's dead letters and Temporal, applies the invariants."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka.errors import KafkaError
from pydantic import ValidationError
from sqlalchemy import Table, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from doctor import installation_invariants as invariants
from doctor.case_invariants import StoredCase, examine_case
from doctor.findings import Examination
from doctor.halted_consumers import consumers_take_messages
from doctor.stored_attachments import look_at_attachments
from kit.database import Database
from kit.errors import TransientError, VahidError
from kit.kafka.dead_letters import DeadLetters
from kit.kafka.halts import halts
from kit.object_store import Objects
from kit.settings import Settings
from kit.temporal import connect
from ledger.tables import cases, events, steps, tracks
from ledger.tables import outbox as ledger_outbox
from schemas.case_events import RecordedEvent
from schemas.topics import load_contracts
from services.agency_adapter.tables import assignments, inbox, messages
from services.agency_adapter.tables import outbox as adapter_outbox
from services.intake.tables import appeals
from services.intake.tables import outbox as intake_outbox
from services.notifier.tables import notifications
from workflows.case.contracts import CASE_WORKFLOW, workflow_id
from workflows.repair import stuck_cases

BATCH = 200
# A batch that commits between two looks would show a read model that is ahead of the events.
_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
CONNECT_SECONDS = 5.0
OUTBOX_LIMIT_SECONDS = 60.0
_OUTBOXES = {"intake": intake_outbox, "ledger": ledger_outbox, "adapter": adapter_outbox}
_UNTOLD = ("messages", "hand_overs")
"""What in the state of a case that has ended must still be told."""
_UNREACHABLE = (SQLAlchemyError, KafkaError, RPCError, TransientError, OSError, TimeoutError)


async def examine(
    settings: Settings, settle: timedelta, told: Callable[[int, int], None] = lambda done, total: None
) -> Examination:
    """Look at everything. What is younger than `settle` may still be on its way and is not missed.

    `told` hears how many cases of how many have been examined. A store that cannot be reached is named in
    `unreachable`, and what was to be learnt from it is not claimed.
    """
    found = Examination()
    database = Database(settings.database_url, pool_size=4, command_seconds=60)
    try:
        async with _looking(found, "PostgreSQL"):
            await _look_at_database(database, settings, settle, found, told)
        async with _looking(found, "Kafka"):
            letters = await asyncio.to_thread(_dead_letters, settings.kafka_bootstrap)
            found.counts["dead letters"] = sum(letters.values())
            found.findings += invariants.for_a_person(letters, 0)
            found.findings += consumers_take_messages(
                await asyncio.to_thread(halts, settings.kafka_bootstrap, letters)
            )
    finally:
        await database.close()
    found.findings.sort()
    return found


@asynccontextmanager
async def _looking(found: Examination, store: str) -> AsyncIterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        said = error.message if isinstance(error, VahidError) else type(error).__name__
        found.unreachable.append(f"{store}: {said}")


async def _look_at_database(
    database: Database,
    settings: Settings,
    settle: timedelta,
    found: Examination,
    told: Callable[[int, int], None],
) -> None:
    index = invariants.LedgerIndex()
    settled_before = datetime.now(UTC) - settle
    awake = await _look_at_cases(database, index, found, told)
    async with database.transaction() as connection:
        found.findings += await _between_rooms(connection, index, settled_before, found)
    async with _looking(found, "The store of attachments"):
        objects = Objects(settings.attachments)
        found.findings += await look_at_attachments(database, objects, settled_before, found)
    async with _looking(found, "Temporal"):
        async with asyncio.timeout(CONNECT_SECONDS):
            client = await connect(settings.temporal_address, settings.temporal_namespace)
        found.findings += await _look_at_workflows(client, database, awake, found)


async def _look_at_cases(
    database: Database,
    index: invariants.LedgerIndex,
    found: Examination,
    told: Callable[[int, int], None],
) -> set[str]:
    """Examine every case; return those in which something is to be done."""
    async with database.transaction() as connection:
        ids = list(
            (await connection.execute(select(events.c.case_id).union(select(cases.c.case_id)))).scalars()
        )
    awake: set[str] = set()
    open_cases = 0
    for start in range(0, len(ids), BATCH):
        async with database.transaction() as connection:
            await connection.execute(_ONE_MOMENT)
            for case in await _stored_cases(connection, ids[start : start + BATCH]):
                faults = examine_case(case)
                found.findings += faults
                if case.row is not None:
                    is_open = case.row["status"] == "open"
                    open_cases += is_open
                    if is_open or any(case.row["state"].get(waiting) for waiting in _UNTOLD):
                        awake.add(case.case_id)
                for event in _readable(case.entries):
                    index.add(event)
        told(min(start + BATCH, len(ids)), len(ids))
    found.counts |= {"cases": len(ids), "events": len(index.event_ids), "open cases": open_cases}
    return awake


def _readable(entries: Iterable[str]) -> Iterator[RecordedEvent]:
    """The entries that are events, whether or not their chain verifies: a broken chain loses no appeal."""
    for entry in entries:
        with suppress(ValidationError):  # what is no event was found by `examine_case`
            yield RecordedEvent.model_validate_json(entry)


async def _stored_cases(connection: AsyncConnection, ids: list[str]) -> list[StoredCase]:
    entries = await _by_case(connection, events, ids, events.c.seq)
    rows = await _by_case(connection, cases, ids)
    shown_tracks = await _by_case(connection, tracks, ids)
    shown_steps = await _by_case(connection, steps, ids)
    return [
        StoredCase(
            case_id=case_id,
            entries=[row["entry"] for row in entries[case_id]],
            row=next(iter(rows[case_id]), None),
            tracks=shown_tracks[case_id],
            steps=shown_steps[case_id],
        )
        for case_id in ids
    ]


async def _by_case(
    connection: AsyncConnection, table: Table, ids: list[str], *order: Any
) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    query = select(table).where(table.c.case_id.in_(ids)).order_by(*order)
    for row in (await connection.execute(query)).mappings():
        grouped[row["case_id"]].append(dict(row))
    return grouped


async def _between_rooms(
    connection: AsyncConnection,
    index: invariants.LedgerIndex,
    settled_before: datetime,
    found: Examination,
) -> list[Any]:
    accepted = [
        invariants.AcceptedAppeal(row.appeal_id, row.receipt_digest, row.created_at < settled_before)
        for row in await connection.execute(
            select(appeals.c.appeal_id, appeals.c.receipt_digest, appeals.c.created_at)
        )
    ]
    sent = [
        (row.agency_id, row.case_id, row.step, row.attempt)
        for row in await connection.execute(
            select(assignments.c.agency_id, assignments.c.case_id, assignments.c.step, assignments.c.attempt)
        )
    ]
    taken = [
        (row.case_id, row.agency_id, row.status_id)
        for row in await connection.execute(
            select(inbox.c.case_id, inbox.c.agency_id, inbox.c.status_id).where(
                inbox.c.case_id.is_not(None), inbox.c.recorded_at < settled_before
            )
        )
    ]
    noted = await _noted(connection)
    told = (await connection.execute(select(notifications.c.event_id, notifications.c.case_id))).all()
    planned = {row.event_id: row.case_id for row in told}
    parked = await connection.scalar(
        select(func.count()).select_from(notifications).where(notifications.c.state == "parked")
    )
    settled = await _settled_events(connection, settled_before)
    found.counts |= {
        "appeals": len(accepted),
        "assignments": len(sent),
        "messages to agencies": len(noted),
        "statuses": len(taken),
        "notifications": len(told),
    }
    return [
        *invariants.appeals_hold(accepted, index),
        *invariants.assignments_hold(sent, index),
        *invariants.messages_hold(noted, index),
        *invariants.statuses_hold(taken, index),
        *invariants.notifications_hold(planned, index, settled),
        *invariants.hand_overs_hold(index, settled),
        *invariants.queues_hold(await _oldest(connection), OUTBOX_LIMIT_SECONDS),
        *invariants.for_a_person({}, parked or 0),
    ]


async def _noted(connection: AsyncConnection) -> list[invariants.NotedMessage]:
    return [
        invariants.NotedMessage(
            row.agency_id, row.case_id, row.key, row.step, row.attempt, row.outcome is not None
        )
        for row in await connection.execute(select(messages))
    ]


async def _settled_events(connection: AsyncConnection, settled_before: datetime) -> set[str]:
    """The cases whose events were all published long enough ago for their messages to be planned."""
    late = func.coalesce(func.max(ledger_outbox.c.published_at), func.now())
    query = (
        select(ledger_outbox.c.key)
        .group_by(ledger_outbox.c.key)
        .having(late < settled_before, func.bool_and(ledger_outbox.c.published_at.is_not(None)))
    )
    return set((await connection.execute(query)).scalars())


async def _oldest(connection: AsyncConnection) -> dict[str, float]:
    """Seconds that the oldest unpublished row of each outbox has waited."""
    ages = {}
    for name, table in _OUTBOXES.items():
        query = select(func.extract("epoch", func.now() - func.min(table.c.created_at))).where(
            table.c.published_at.is_(None)
        )
        ages[name] = float(await connection.scalar(query) or 0)
    return ages


def _dead_letters(bootstrap: str) -> dict[str, int]:
    reader = DeadLetters(bootstrap)
    consumers = sorted({consumer for contract in load_contracts() for consumer in contract.consumers})
    counts = {}
    for consumer in consumers:
        try:
            counts[consumer] = len(reader.list(consumer))
        except TransientError:
            raise
        except VahidError as error:
            if error.code != "dead_letters_unknown":
                raise
            continue  # no dead-letter topic: the consumer is not part of this installation
    return counts


async def _look_at_workflows(
    client: Client, database: Database, awake: set[str], found: Examination
) -> Iterable[Any]:
    """Compare with Temporal; a difference counts only when a second, direct look confirms it."""
    query = f"WorkflowType = '{CASE_WORKFLOW}' AND ExecutionStatus = 'Running'"
    running = {one.id.removeprefix("case-") async for one in client.list_workflows(query)}
    found.counts["running workflows"] = len(running)
    suspects = awake ^ running
    confirmed = {case_id for case_id in suspects if await _runs(client, case_id)}
    still_awake = await _still_awake(database, suspects)
    stuck = {one.case_id: one.problems async for one in stuck_cases(client)}
    return [
        *invariants.workflows_hold((awake - suspects) | still_awake, (running - suspects) | confirmed),
        *invariants.tasks_hold(stuck),
    ]


async def _runs(client: Client, case_id: str) -> bool:
    try:
        description = await client.get_workflow_handle(workflow_id(case_id)).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.status == WorkflowExecutionStatus.RUNNING


async def _still_awake(database: Database, ids: set[str]) -> set[str]:
    untold = (func.jsonb_array_length(cases.c.state[waiting]) > 0 for waiting in _UNTOLD)
    something = or_(cases.c.status == "open", *untold)
    async with database.transaction() as connection:
        query = select(cases.c.case_id).where(cases.c.case_id.in_(ids), something)
        return set((await connection.execute(query)).scalars())
