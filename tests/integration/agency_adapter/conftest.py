"""The adapter, and simulated agencies of every dialect, as processes on real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from kit.clock import Clock
from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.temporal import connect
from kit.vault import Vault
from schemas.topics import load_contracts
from services.agency_adapter.dead_letters import TOPIC as DEAD_LETTERS
from tests.contract.connectors.simulated import DIALECTS, SimulatedAgencies, SimulatedAgency, demo_clock
from tests.integration.agency_adapter.assignments import DispatchAssignment, SendMessage
from tests.integration.agency_adapter.process import AdapterProcess
from tests.stack import run
from workflows.case.contracts import AgencyMessage, Assignment, Delivery

AGENCIES = DIALECTS
Send = Callable[..., Awaitable[WorkflowHandle[DispatchAssignment, Delivery]]]
Notify = Callable[..., Awaitable[WorkflowHandle[SendMessage, None]]]


@pytest.fixture(scope="module")
def clock_setting() -> str:
    return demo_clock()


@pytest.fixture(scope="module")
def clock(clock_setting: str) -> Clock:
    return Clock.model_validate_json(clock_setting)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, clock_setting: str) -> Iterator[SimulatedAgencies]:
    hosted = SimulatedAgencies(AGENCIES, tmp_path_factory.mktemp("agencies"), clock_setting)
    run(hosted.start)
    yield hosted
    run(hosted.stop)


@pytest.fixture(scope="module")
def agencies(hosted: SimulatedAgencies) -> dict[str, SimulatedAgency]:
    return hosted.of


@pytest.fixture(scope="module")
def adapter(
    tmp_path_factory: pytest.TempPathFactory,
    hosted: SimulatedAgencies,
    clock_setting: str,
    database_url: str,
    kafka_bootstrap: str,
    temporal_address: str,
    keys: Path,
) -> Iterator[AdapterProcess]:
    """An adapter that serves all agencies; a test that kills it starts it again."""
    ensure_topics(kafka_bootstrap, load_contracts(), [DEAD_LETTERS])
    folder = tmp_path_factory.mktemp("adapter")
    settings = {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "VAHID_TEMPORAL_ADDRESS": temporal_address,
        "VAHID_KEYS": str(keys),
        "VAHID_CLOCK": clock_setting,
        "VAHID_AGENCIES": str(hosted.access_file),
        "VAHID_POLL_SECONDS": "0.3",
    }
    adapter = AdapterProcess(folder, settings)
    run(adapter.start)
    yield adapter
    assert run(adapter.stop) == 0


@pytest.fixture(scope="session")
def vault(keys: Path) -> Vault:
    return Vault(keys)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def temporal(temporal_address: str, keys: Path) -> Client:
    return await connect(temporal_address, keys=keys)


@pytest.fixture
async def send(temporal: Client) -> AsyncIterator[Send]:
    """Starts a workflow that dispatches an assignment."""
    queue = f"send-{uuid4()}"

    async def start(
        assignment: Assignment, seconds: float = 30
    ) -> WorkflowHandle[DispatchAssignment, Delivery]:
        return await temporal.start_workflow(
            DispatchAssignment.run, args=[assignment, seconds], id=f"send-{uuid4()}", task_queue=queue
        )

    async with Worker(temporal, task_queue=queue, workflows=[DispatchAssignment]):
        yield start


@pytest.fixture
async def notify(temporal: Client) -> AsyncIterator[Notify]:
    """Starts a workflow that sends an agency a message."""
    queue = f"message-{uuid4()}"

    async def start(
        message: AgencyMessage, seconds: float = 30, attempts: int = 20
    ) -> WorkflowHandle[SendMessage, None]:
        arguments = [message, seconds, attempts]
        return await temporal.start_workflow(
            SendMessage.run, args=arguments, id=f"message-{uuid4()}", task_queue=queue
        )

    async with Worker(temporal, task_queue=queue, workflows=[SendMessage]):
        yield start
