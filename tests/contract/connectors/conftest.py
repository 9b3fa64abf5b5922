"""Simulated agencies of all dialects, and the REST connector to each."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from catalogue.loader import load
from services.agency_adapter.connectors import http
from services.agency_adapter.connectors.connector import AssignmentContent, Connector
from services.agency_adapter.connectors.protocols import check_mapping, connect
from tests.contract.connectors.simulated import (
    DIALECTS,
    SimulatedAgencies,
    SimulatedAgency,
    WebhookInbox,
    demo_clock,
)
from tests.stack import run


@pytest.fixture(scope="package")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedAgencies]:
    agencies = SimulatedAgencies(DIALECTS, tmp_path_factory.mktemp("agencies"), demo_clock())
    run(agencies.start)
    yield agencies
    run(agencies.stop)


@pytest.fixture(scope="package", params=DIALECTS)
def agency(request: pytest.FixtureRequest, agencies: SimulatedAgencies) -> SimulatedAgency:
    return agencies.of[request.param]


@pytest.fixture
async def connector(agency: SimulatedAgency) -> AsyncIterator[Connector]:
    mapping = check_mapping(agency.agency_id, load().agency(agency.agency_id).connector)
    async with http.shared_client() as client:
        yield connect(mapping, agency.access, client)


@pytest.fixture
async def inbox() -> AsyncIterator[WebhookInbox]:
    inbox = WebhookInbox()
    yield inbox
    inbox.close()


@pytest.fixture
async def content(inbox: WebhookInbox) -> AssignmentContent:
    person = {"surname": "Məmmədov", "name": "Əli", "birth_date": "1979-03-01", "phone": "+994501234567"}
    due_at = datetime(2021, 10, 4, 14, tzinfo=UTC)
    return AssignmentContent("land-plot", due_at, await inbox.open(), {"applicant": person})


@pytest.fixture
def key() -> str:
    return f"{uuid4()}/1.examine/1"
