"""Messages to an agency after it was sent an assignment: sent until it has them, or given up."""

import asyncio
import uuid

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Replayer

from schemas.step_events import MessageDelivered, MessageUndelivered
from tests.builders import SEQUENTIAL, close, reassign, receive
from tests.waiting import until
from tests.workflow.folding import state_of
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.case.contracts import workflow_id
from workflows.case.shell.workflow import CaseWorkflow

pytestmark = pytest.mark.usefixtures("worker")

RECALL = "recall/t1.examine/1"


@pytest.fixture
async def case_id(cases, ledger, clock, agencies) -> str:
    """A case whose first step is with its agency."""
    case_id = str(uuid.uuid4())
    await cases.submit(case_id, of_case(receive(SEQUENTIAL), case_id, clock))

    async def delivered():
        state = await state_of(ledger, case_id)
        return state is not None and state.step("t1.examine").reference

    await until(delivered, "the first step is delivered")
    return case_id


async def recorded(ledger, case_id, kind):
    async def found():
        return [e.payload for e in await ledger.history(case_id) if isinstance(e.payload, kind)]

    return await until(found, f"{kind.__name__} in {case_id}")


async def test_an_agency_is_recalled_whose_step_was_given_to_another(cases, ledger, agencies, clock, case_id):
    assert (await cases.execute(case_id, reassign("t1.examine", "mlspp", at=clock.now()))).accepted
    [payload] = await recorded(ledger, case_id, MessageDelivered)
    assert (payload.message, agencies.messages_of(case_id)) == (RECALL, [("moh", RECALL)])


async def test_an_answered_case_waits_until_its_agencies_have_their_messages(
    cases, ledger, temporal, agencies, clock, case_id
):
    agencies.held_back[case_id] = asyncio.Event()
    assert (await cases.execute(case_id, close("t1", at=clock.now()))).accepted
    state = await when(ledger, case_id, "answered")
    assert [message.id for message in state.messages] == [RECALL]
    handle = temporal.get_workflow_handle(workflow_id(case_id))
    assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    agencies.held_back[case_id].set()
    await finished(temporal, case_id)
    assert agencies.messages_of(case_id) == [("moh", RECALL)]
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=temporal.data_converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_message_that_an_agency_cannot_take_is_given_up_and_recorded(
    cases, ledger, temporal, agencies, clock, case_id
):
    agencies.refusals[case_id] = ["adapter.no_messages"]
    assert (await cases.execute(case_id, close("t1", at=clock.now()))).accepted
    [payload] = await recorded(ledger, case_id, MessageUndelivered)
    assert (payload.message, payload.error_code, payload.given_up) == (RECALL, "adapter.no_messages", True)
    await finished(temporal, case_id)
    assert agencies.messages_of(case_id) == []
