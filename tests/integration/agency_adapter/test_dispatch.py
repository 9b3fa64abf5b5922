"""Assignments out: delivered once, whatever happens on the way."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from kit.clock import Clock
from kit.database import Database
from kit.vault import Vault
from services.agency_adapter.connectors.rest.templates import (
    ASSIGNMENT_SOURCES,
    AssignmentTemplate,
    DatedField,
)
from services.agency_adapter.tables import assignments
from tests.contract.connectors.simulated import SimulatedAgency
from tests.integration.agency_adapter.assignments import DISCLOSED, FIN, SURNAME, sealed_assignment
from tests.integration.agency_adapter.conftest import AGENCIES, Send
from tests.integration.agency_adapter.process import AdapterProcess
from tests.unit.agency_adapter.conftest import mapping_of
from workflows.case.contracts import Assignment, idempotency_key

pytestmark = pytest.mark.stack


def key_of(assignment: Assignment) -> str:
    return idempotency_key(assignment.case_id, assignment.step, assignment.attempt)


async def received(agency: SimulatedAgency, assignment: Assignment) -> list[dict[str, object]]:
    return [entry for entry in await agency.received() if entry["key"] == key_of(assignment)]


def written_to(template: dict[str, AssignmentTemplate], prefix: str = "") -> Iterator[str]:
    """Where in an agency's form the assignment's own facts and the fields disclosed are written."""
    for name, inner in template.items():
        if isinstance(inner, dict):
            yield from written_to(inner, f"{prefix}{name}.")
        elif (inner.source if isinstance(inner, DatedField) else inner) in {*ASSIGNMENT_SOURCES, *DISCLOSED}:
            yield prefix + name


@pytest.mark.parametrize("agency_id", AGENCIES)
async def test_an_assignment_reaches_its_agency_with_what_is_disclosed(
    agency_id: str,
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment = await sealed_assignment(database, vault, agency_id, clock)
    delivery = await (await send(assignment)).result()
    [entry] = await received(agencies[agency_id], assignment)
    assert entry["fields"] == sorted(written_to(mapping_of(agency_id).submit.body))
    async with database.transaction() as connection:
        query = select(assignments).where(assignments.c.case_id == assignment.case_id)
        row = (await connection.execute(query)).one()
    assert (row.agency_id, row.step, row.attempt) == (agency_id, assignment.step, 1)
    assert row.reference == delivery.reference
    assert (delivery.acknowledgement is not None) == (mapping_of(agency_id).acknowledgement is not None)
    if delivery.acknowledgement is not None:
        assert delivery.acknowledgement.status_id == f"{delivery.reference}/accepted"
        assert delivery.acknowledgement.received_at.year == 2021


@pytest.mark.parametrize("agency_id", AGENCIES)
async def test_an_uncertain_outcome_is_looked_up_and_not_sent_again(
    agency_id: str,
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment = await sealed_assignment(database, vault, agency_id, clock)
    await agencies[agency_id].change_behaviour({"timeout_after_accept": 1})
    try:
        # Shorter than the client's own patience: the try is given up by Temporal, as by a death.
        delivery = await (await send(assignment, seconds=3)).result()
    finally:
        await agencies[agency_id].change_behaviour({"timeout_after_accept": 0})
    assert delivery.reference
    assert len(await received(agencies[agency_id], assignment)) == 1
    assert await adapter.metric(
        f'vahid_agency_dispatches_total{{agency_id="{agency_id}",outcome="already_there"}}'
    )


@pytest.mark.parametrize(
    "failpoint", ["adapter.before_submit", "adapter.after_submit", "adapter.after_store"]
)
async def test_a_death_on_the_way_doubles_and_loses_nothing(
    failpoint: str,
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment = await sealed_assignment(database, vault, "moh", clock)
    adapter.arm(failpoint)
    handle = await send(assignment, seconds=4)
    await adapter.wait_until_killed()
    await adapter.start()
    delivery = await handle.result()
    assert delivery.acknowledgement is not None
    assert len(await received(agencies["moh"], assignment)) == 1


async def test_an_agency_that_is_down_is_tried_again(
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment = await sealed_assignment(database, vault, "mlspp", clock)
    await agencies["mlspp"].change_behaviour({"outage": True})
    handle = await send(assignment)
    other = await sealed_assignment(database, vault, "moh", clock)
    assert (await (await send(other)).result()).reference
    await agencies["mlspp"].change_behaviour({"outage": False})
    assert (await handle.result()).reference
    assert len(await received(agencies["mlspp"], assignment)) == 1


async def test_an_unreadable_response_ends_the_group_without_personal_data(
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment = await sealed_assignment(database, vault, "nasimi-executive", clock)
    await agencies["nasimi-executive"].change_behaviour({"html_errors": 1})
    try:
        with pytest.raises(WorkflowFailureError) as failed:
            await (await send(assignment)).result()
    finally:
        await agencies["nasimi-executive"].change_behaviour({"html_errors": 0})
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("agency_response_unreadable", True)
    assert SURNAME not in str(cause)
    next_group = assignment.model_copy(update={"group": 2})
    assert (await (await send(next_group)).result()).reference
    assert len(await received(agencies["nasimi-executive"], assignment)) == 1


async def test_a_broken_seal_is_refused(
    adapter: AdapterProcess, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    assignment = await sealed_assignment(database, vault, "moh", clock)
    broken = assignment.appeals[0].model_copy(
        update={"sealed": assignment.appeals[0].sealed[:-8] + "AAAAAAAA"}
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await (await send(assignment.model_copy(update={"appeals": (broken,)}))).result()
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    assert cause.type == "seal_broken"


async def test_nothing_personal_was_logged(adapter: AdapterProcess) -> None:
    log = adapter.logged()
    assert "assignment.delivered" in log
    assert SURNAME not in log
    assert json.dumps(SURNAME)[1:-1] not in log
    assert FIN not in log
