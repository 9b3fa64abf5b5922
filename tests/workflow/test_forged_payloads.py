"""Who has no key of the installation can neither read a case in Temporal nor give it a command."""

import uuid

import pytest
from temporalio.api.common.v1 import Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
)
from temporalio.service import RPCError

from doctor.workflow_invariants import check_workflows
from kit.clock import Clock
from kit.errors import PermanentError
from kit.temporal import connect
from ledger.store import Ledger
from tests.builders import RULES, SEQUENTIAL, close, place, receive
from tests.workflow.test_case_workflow import of_case, when
from workflows.case.contracts import (
    CASE_TASK_QUEUE,
    CASE_WORKFLOW,
    EXECUTE_UPDATE,
    SUBMIT_SIGNAL,
    CaseInput,
    workflow_id,
)
from workflows.client import CaseClient

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
async def stranger(temporal_address: str) -> Client:
    """A client of somebody who reaches the server and has no key."""
    return await connect(temporal_address, keys=None)


@pytest.fixture
async def case_id(cases: CaseClient, ledger: Ledger, clock: Clock) -> str:
    """A case that waits in triage."""
    case_id = str(uuid.uuid4())
    await cases.submit(case_id, of_case(receive(), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.triage")
    return case_id


async def still_open(ledger: Ledger, cases: CaseClient, case_id: str, clock: Clock) -> bool:
    """Whether the case goes on: it answers a command, and nothing has ended its track."""
    wrong = place("t9.triage", SEQUENTIAL, at=clock.now())
    assert (await cases.execute(case_id, wrong)).code == "place.not_triage"
    return (await when(ledger, case_id, "open")).track("t1").outcome is None


async def test_a_forged_signal_is_dropped_and_the_case_goes_on(stranger, ledger, cases, case_id, clock):
    handle = stranger.get_workflow_handle(workflow_id(case_id))
    await handle.signal(SUBMIT_SIGNAL, close("t1", at=clock.now()))
    assert await still_open(ledger, cases, case_id, clock)


async def test_a_forged_update_fails_and_the_case_goes_on(stranger, ledger, cases, case_id, clock):
    handle = stranger.get_workflow_handle(workflow_id(case_id))
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(EXECUTE_UPDATE, close("t1", at=clock.now()))
    assert await still_open(ledger, cases, case_id, clock)


async def test_a_command_that_was_copied_from_another_case_is_dropped(
    stranger, temporal, ledger, cases, case_id, clock
):
    other = str(uuid.uuid4())
    await cases.submit(other, of_case(receive(), other, clock))
    await when(ledger, other, "dispatched", "t1.triage")
    await cases.submit(other, close("t1", at=clock.now()))
    await when(ledger, other, "answered")
    history = await stranger.get_workflow_handle(workflow_id(other)).fetch_history()
    sealed = [
        event.workflow_execution_signaled_event_attributes.input
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ][-1]
    await stranger.workflow_service.signal_workflow_execution(_signal(stranger, case_id, sealed))
    assert await still_open(ledger, cases, case_id, clock)


async def findings(temporal: Client, case_id: str) -> list[str]:
    """What the doctor finds about the workflow of an open case."""
    status = (await temporal.get_workflow_handle(workflow_id(case_id)).describe()).status
    running = {case_id} if status is WorkflowExecutionStatus.RUNNING else set()
    return [finding.code for finding in check_workflows({case_id}, running, {})]


def _signal(client: Client, case_id: str, sealed: Payloads) -> SignalWorkflowExecutionRequest:
    return SignalWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id(case_id)),
        signal_name=SUBMIT_SIGNAL,
        input=sealed,
        request_id=str(uuid.uuid4()),
    )


async def test_a_case_that_a_stranger_starts_fails_and_frees_its_id(stranger, ledger, cases, clock):
    case_id = str(uuid.uuid4())
    handle = await stranger.start_workflow(
        CASE_WORKFLOW,
        CaseInput(case_id=case_id, rules=RULES),
        id=workflow_id(case_id),
        task_queue=CASE_TASK_QUEUE,
    )
    # What a stranger gives as the reason of an end does not open.
    with pytest.raises((WorkflowFailureError, PermanentError)):
        await handle.result()
    assert await ledger.case(case_id) is None
    await cases.submit(case_id, of_case(receive(), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.triage")


async def test_the_history_shows_nothing_of_the_case(stranger, case_id):
    history = await stranger.get_workflow_handle(workflow_id(case_id)).fetch_history()
    whole = b"".join(event.SerializeToString() for event in history.events)
    assert b"appeal_id" not in whole
    assert b"t1.triage" not in whole


@pytest.mark.parametrize("way", ["terminate", "cancel"])
async def test_a_case_that_a_stranger_ends_is_found_and_loses_nothing(
    stranger, temporal, ledger, cases, case_id, clock, way: str
):
    """Temporal has no login on one machine: the end is not refused. It is found, and a command heals it."""
    handle = stranger.get_workflow_handle(workflow_id(case_id))
    await (handle.terminate("a stranger") if way == "terminate" else handle.cancel())
    # What a stranger gives as the reason of an end does not open.
    with pytest.raises((WorkflowFailureError, PermanentError)):
        await temporal.get_workflow_handle(workflow_id(case_id)).result()
    assert await findings(temporal, case_id) == ["workflow.missing"]
    assert await still_open(ledger, cases, case_id, clock)
    assert await findings(temporal, case_id) == []


async def test_a_stranger_brings_no_appeal_into_a_case(stranger, ledger, cases, case_id, clock):
    """By signal-with-start, as the router does it."""
    own = CaseClient(stranger, lambda _: RULES, clock)
    brought = of_case(receive(number=2), case_id, clock)
    await own.submit(case_id, brought)
    assert await still_open(ledger, cases, case_id, clock)
    state = await when(ledger, case_id, "open")
    assert brought.appeal.appeal_id not in {appeal.appeal_id for appeal in state.appeals}


async def test_a_stranger_gets_no_answer_by_update_with_start(stranger, ledger, cases, case_id, clock):
    own = CaseClient(stranger, lambda _: RULES, clock)
    with pytest.raises((WorkflowUpdateFailedError, RPCError)):
        await own.execute(case_id, close("t1", at=clock.now()))
    assert await still_open(ledger, cases, case_id, clock)
