"""A case worker on the real servers, with an agency that answers from a script."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from kit.clock import Clock
from kit.database import Database
from kit.temporal import connect
from ledger.store import Ledger
from tests.builders import RULES, report
from workflows.case.contracts import (
    DISPATCH_ACTIVITY,
    MESSAGE_ACTIVITY,
    AgencyMessage,
    Assignment,
    Delivery,
    agency_task_queue,
)
from workflows.client import CaseClient
from workflows.worker import case_worker

AGENCIES = ("moh", "mlspp")


@dataclass
class SimulatedAgencies:
    """What the agencies' systems were sent, and how they take it.

    `failures` are the codes by case with which they take no assignment, last first; `refusals` those with
    which they take no message. They take no message of a case in `held_back` until its event is set. Of a
    case in `prompt` they acknowledge an assignment as they accept it.

    All tests share the agencies' task queues: a case that an earlier one left open may be sent here too.
    """

    sent: list[Assignment] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=dict)
    messages: list[AgencyMessage] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    held_back: dict[str, asyncio.Event] = field(default_factory=dict)
    prompt: set[str] = field(default_factory=set)

    def sent_of(self, case_id: str) -> list[Assignment]:
        """What was sent for this case, in order."""
        return [assignment for assignment in self.sent if assignment.case_id == case_id]

    @activity.defn(name=DISPATCH_ACTIVITY)
    async def dispatch(self, assignment: Assignment) -> Delivery:
        self.sent.append(assignment)
        if failures := self.failures.get(assignment.case_id):
            raise ApplicationError("refused", type=failures.pop(), non_retryable=True)
        reference = f"{assignment.agency_id}-{len(self.sent)}"
        if assignment.case_id not in self.prompt:
            return Delivery(reference=reference)
        acknowledged = report(
            assignment.step, "acknowledged", agency=assignment.agency_id, at=assignment.clock.now()
        ).status
        taken = acknowledged.model_copy(update={"case_id": assignment.case_id})
        return Delivery(reference=reference, acknowledgement=taken)

    @activity.defn(name=MESSAGE_ACTIVITY)
    async def take(self, message: AgencyMessage) -> None:
        if waits := self.held_back.get(message.case_id):
            await waits.wait()
        if refusals := self.refusals.get(message.case_id):
            raise ApplicationError("refused", type=refusals.pop(), non_retryable=True)
        self.messages.append(message)

    def messages_of(self, case_id: str) -> list[tuple[str, str]]:
        """The agency and the id of each message of this case, in order."""
        return [(sent.agency_id, sent.message) for sent in self.messages if sent.case_id == case_id]

    def worker(self, client: Client, agency: str) -> Worker:
        """An agency's system, as the worker of its task queue."""
        return Worker(client, task_queue=agency_task_queue(agency), activities=[self.dispatch, self.take])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
async def temporal(temporal_address: str, keys: Path) -> Client:
    return await connect(temporal_address, keys=keys)


@pytest.fixture
def clock() -> Clock:
    """An hour of business time in 50 real milliseconds."""
    return Clock(epoch=datetime(2021, 8, 23, 6, tzinfo=UTC), started_at=datetime.now(UTC), scale=72_000)


@pytest.fixture
async def cases(temporal: Client, clock: Clock) -> CaseClient:
    return CaseClient(temporal, lambda _: RULES, clock, task_timeout=timedelta(seconds=2))


@pytest.fixture
async def agencies(temporal: Client) -> AsyncIterator[SimulatedAgencies]:
    script = SimulatedAgencies()
    workers = [script.worker(temporal, agency) for agency in AGENCIES]
    async with workers[0], workers[1]:
        yield script


@pytest.fixture
async def worker(temporal: Client, ledger: Ledger, agencies: SimulatedAgencies) -> AsyncIterator[Worker]:
    async with case_worker(temporal, ledger, lambda: None) as running:
        yield running
