"""A worker whose code does not fit a case's history: the case is named, and begins again without loss."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from doctor.findings import Finding
from doctor.workflow_invariants import check_workflow_tasks
from ledger.chain import verify
from ledger.store import Ledger
from schemas.case_lifecycle_events import CaseOpened
from schemas.step_events import StepDispatched
from tests.builders import RULES, SEQUENTIAL, receive, report
from tests.waiting import until
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.case.contracts import CASE_WORKFLOW, SUBMIT_SIGNAL, CaseInput, workflow_id
from workflows.case.shell.record_activity import RecordActivity
from workflows.case.shell.workflow import CaseWorkflow
from workflows.repair import begin_again, is_stuck, stuck_cases


@workflow.defn(name=CASE_WORKFLOW, sandboxed=False)
class EarlierVersion(CaseWorkflow):
    """A version that began with a timer, which today's does not know."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        await workflow.sleep(timedelta(milliseconds=10))
        return await super().run(start)


@asynccontextmanager
async def worker_of(version: type, temporal: Client, ledger: Ledger, queue: str) -> AsyncIterator[None]:
    record = RecordActivity(ledger, lambda: None).record
    async with Worker(
        temporal,
        task_queue=queue,
        workflows=[version],
        activities=[record],
    ):
        yield


async def found_stuck(temporal: Client, case_id: str) -> Finding | None:
    stuck = {case.case_id: case.problems async for case in stuck_cases(temporal)}
    return next((finding for finding in check_workflow_tasks(stuck) if finding.subject == case_id), None)


@pytest.mark.usefixtures("agencies")
async def test_a_case_whose_task_keeps_failing_is_named_and_begins_again(
    temporal: Client, ledger: Ledger, clock
) -> None:
    case_id, queue = str(uuid.uuid4()), f"cases-{uuid.uuid4()}"
    handle = temporal.get_workflow_handle(workflow_id(case_id))

    async def submit(command) -> None:
        await handle.signal(SUBMIT_SIGNAL, of_case(command, case_id, clock))

    async with worker_of(EarlierVersion, temporal, ledger, queue):
        await temporal.start_workflow(
            CASE_WORKFLOW,
            CaseInput(case_id=case_id, rules=RULES, clock=clock),
            id=workflow_id(case_id),
            task_queue=queue,
            task_timeout=timedelta(seconds=2),
        )
        assert not await is_stuck(temporal, case_id)
        await submit(receive(SEQUENTIAL))
        await when(ledger, case_id, "dispatched", "t1.examine")

    async with worker_of(CaseWorkflow, temporal, ledger, queue):
        await submit(report("t1.examine", "fulfilled"))
        await until(lambda: is_stuck(temporal, case_id), "the case is stuck")
        finding = await until(lambda: found_stuck(temporal, case_id), "the case is listed as stuck")
        assert (finding.level, finding.code) == ("broken", "workflow.stuck")
        assert "WorkflowTask" in finding.sentence and f"vahid case repair {case_id}" in finding.remedy

        await begin_again(temporal, case_id, "test")
        await when(ledger, case_id, "dispatched", "t1.decide")  # the status that came while it stood still
        await submit(report("t1.decide", "fulfilled", agency="mlspp"))
        await when(ledger, case_id, "answered")
        await finished(temporal, case_id)

    history = await ledger.history(case_id)
    assert verify(await ledger.entries(case_id)) == ()
    assert sum(isinstance(event.payload, CaseOpened) for event in history) == 1
    assert [event.payload.step for event in history if isinstance(event.payload, StepDispatched)] == [
        "t1.examine",
        "t1.decide",
    ]
    assert not await is_stuck(temporal, case_id)


async def test_a_case_that_nobody_knows_is_not_stuck(temporal: Client) -> None:
    assert not await is_stuck(temporal, str(uuid.uuid4()))
