"""How long the history of a case of two sequential steps is at Temporal: what each further event costs."""

import pytest
from temporalio.api.enums.v1 import EventType

from kit.clock import Clock
from schemas.step_events import StepAcknowledged, StepDelivered
from tests.builders import RULES, SEQUENTIAL, receive, report
from tests.workflow.walk import Walk
from workflows.case.contracts import workflow_id
from workflows.client import CaseClient

pytestmark = pytest.mark.usefixtures("worker")

AGENCY_OF = {"t1.examine": "moh", "t1.decide": "mlspp"}
SEPARATE, AT_ONCE = 42, 32
"""The most that it may be: with acknowledgements of their own, and with those that an acceptance brings."""

EVENTS_OF_A_TASK = 3
"""Scheduled, started, completed."""


@pytest.fixture
def clock() -> Clock:
    """The time as it is: no deadline fires."""
    return Clock()


@pytest.fixture
async def cases(temporal, clock) -> CaseClient:
    """With the time for a workflow task that production has."""
    return CaseClient(temporal, lambda _: RULES, clock)


async def counted(walk: Walk, at_once: bool) -> int:
    """The events of a case whose commands come one after another, each once the one before had its batch.

    A task that timed out, as on a machine that stood still, counts for nothing: it was done again.
    """
    await walk.submit(receive(SEQUENTIAL))
    for number, (step, agency) in enumerate(AGENCY_OF.items(), 1):
        await walk.happened(StepDelivered, number)
        if not at_once:
            await walk.submit(report(step, "acknowledged", agency=agency))
        await walk.happened(StepAcknowledged, number)
        await walk.submit(report(step, "fulfilled", agency=agency))
    await walk.walked()
    history = await walk.temporal.get_workflow_handle(workflow_id(walk.case_id)).fetch_history()
    kinds = [EventType.Name(event.event_type) for event in history.events]
    tasks = kinds.count("EVENT_TYPE_WORKFLOW_TASK_COMPLETED")
    return sum("WORKFLOW_TASK" not in kind for kind in kinds) + EVENTS_OF_A_TASK * tasks


@pytest.mark.parametrize(("at_once", "most"), [(False, SEPARATE), (True, AT_ONCE)])
async def test_a_case_of_two_steps_keeps_its_history_short(
    cases, ledger, temporal, clock, agencies, at_once: bool, most: int
) -> None:
    walk = Walk(temporal, cases, ledger, agencies, clock)
    if at_once:
        agencies.prompt.add(walk.case_id)
    assert 20 < await counted(walk, at_once) <= most
