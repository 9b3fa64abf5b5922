"""Reads the stages between the rooms: outboxes, topics, dead letters, and workflows that have a command."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from sqlalchemy import select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from doctor.on_its_way import Ids, Stages, identities
from kit.database import Database
from kit.errors import VahidError
from kit.kafka.dead_letters import DeadLetters
from kit.kafka.reading import unconsumed
from ledger.tables import outbox as ledger_outbox
from schemas.frozen import CaseId
from schemas.topics import AGENCY_STATUSES, APPEALS, CASE_EVENTS
from services.agency_adapter.tables import outbox as adapter_outbox
from services.intake.tables import outbox as intake_outbox
from workflows.case.contracts import workflow_id

POLL_SECONDS = 1.0
_OUTBOXES = (intake_outbox, adapter_outbox, ledger_outbox)
_CONSUMED = (("router", APPEALS), ("router", AGENCY_STATUSES), ("notifier", CASE_EVENTS))


async def read_stages(database: Database, bootstrap: str) -> Stages:
    """What waits in an outbox, in a topic, and among the dead letters: read in this order.

    Raises:
        KafkaError, TransientError: Kafka cannot be reached.
    """
    unpublished = await _unpublished(database)
    waiting = await asyncio.to_thread(_unconsumed, bootstrap)
    dead_lettered = await asyncio.to_thread(_dead_lettered, bootstrap)
    return Stages(unpublished, waiting, dead_lettered)


async def _unpublished(database: Database) -> Ids:
    found: Ids = frozenset()
    async with database.transaction() as connection:
        for table in _OUTBOXES:
            values = await connection.execute(select(table.c.value).where(table.c.published_at.is_(None)))
            found |= identities(values.scalars())
    return found


def _unconsumed(bootstrap: str) -> Ids:
    return frozenset().union(
        *(
            identities(record.value for record in unconsumed(bootstrap, group, topic))
            for group, topic in _CONSUMED
        )
    )


def _dead_lettered(bootstrap: str) -> Ids:
    found: Ids = frozenset()
    reader = DeadLetters(bootstrap)
    for group in sorted({group for group, _ in _CONSUMED}):
        try:
            found |= identities(dead_letter.value for dead_letter in reader.list(group))
        except VahidError as error:
            if error.code != "dead_letters_unknown":
                raise
    return found


async def follow_into_cases(
    client: Client,
    stages: Stages,
    missing: Callable[[], Awaitable[Mapping[str, CaseId]]],
    settle: float,
) -> Stages:
    """`stages` with what a workflow has and has not recorded.

    `missing` reads the ledger anew, and returns the routed commands that are in no history and at no stage. A
    command whose workflow has a task is on its way. One whose workflow only runs has `settle` seconds (real
    time) to appear, because a worker that cannot write tries again between tasks.

    Raises:
        RPCError: Temporal cannot be reached.
    """
    until = time.monotonic() + settle
    while left := await missing():
        tasks, running = await _at_work(client, set(left.values()))
        found = frozenset(identity for identity, case_id in left.items() if case_id in tasks)
        if running.isdisjoint(left.values()) or time.monotonic() >= until:
            return replace(stages, in_case=found)
        await asyncio.sleep(POLL_SECONDS)
    return stages


async def _at_work(client: Client, cases: set[CaseId]) -> tuple[set[CaseId], set[CaseId]]:
    """The cases whose workflow has a task to do, and those whose workflow runs without one."""
    tasks: set[CaseId] = set()
    running: set[CaseId] = set()
    for case_id in cases:
        try:
            description = await client.get_workflow_handle(workflow_id(case_id)).describe()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            continue
        if description.status == WorkflowExecutionStatus.RUNNING:
            has_task = description.raw_description.HasField("pending_workflow_task")
            (tasks if has_task else running).add(case_id)
    return tasks, running
