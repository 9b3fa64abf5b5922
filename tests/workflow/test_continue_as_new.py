"""A long case continues as new, again and again: with a sending under way, updates waiting, and no loss."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from kit.clock import Clock
from ledger.chain import GENESIS, verify
from ledger.store import Ledger
from schemas.case_lifecycle_events import CaseAnswered
from schemas.deadline_events import DeadlineReminded
from schemas.step_events import StepDelivered, StepDispatched
from tests.builders import RULES, SEQUENTIAL, STAFF, receive, report
from tests.waiting import until
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.case.contracts import (
    CASE_TASK_QUEUE,
    CASE_WORKFLOW,
    DISPATCH_ACTIVITY,
    SUBMIT_SIGNAL,
    Assignment,
    CaseInput,
    Delivery,
    agency_task_queue,
    workflow_id,
)
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState
from workflows.client import CaseClient
from workflows.worker import case_worker

HISTORY_LIMIT = 60
COMMANDS = 120


@dataclass
class SlowAgency:
    """An agency that takes an assignment only when it is let go, and counts how it was asked."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Assignment] = field(default_factory=list)

    @activity.defn(name=DISPATCH_ACTIVITY)
    async def dispatch(self, assignment: Assignment) -> Delivery:
        self.asked.append(assignment)
        await self.let_go.wait()
        return Delivery(reference="MOH-1")


@pytest.fixture
async def agency(temporal: Client) -> AsyncIterator[SlowAgency]:
    slow = SlowAgency()
    async with Worker(temporal, task_queue=agency_task_queue("slow"), activities=[slow.dispatch]):
        yield slow
        slow.let_go.set()


async def test_a_long_case_continues_as_new_and_loses_nothing(
    temporal: Client, ledger: Ledger, cases: CaseClient, clock: Clock, agency: SlowAgency
) -> None:
    case_id = str(uuid.uuid4())
    slow = SEQUENTIAL.model_copy(
        update={"steps": (SEQUENTIAL.steps[0].model_copy(update={"agency": "slow"}),), "lead_agency": "slow"}
    )
    async with case_worker(temporal, ledger, lambda: None):
        await temporal.start_workflow(
            CASE_WORKFLOW,
            CaseInput(case_id=case_id, rules=RULES, clock=clock, history_limit=HISTORY_LIMIT),
            id=workflow_id(case_id),
            task_queue=CASE_TASK_QUEUE,
            task_timeout=timedelta(seconds=2),
            start_signal=SUBMIT_SIGNAL,
            start_signal_args=[of_case(receive(slow), case_id, clock)],
        )
        await when(ledger, case_id, "dispatched", "t1.examine")
        notes = [
            of_case(report("t1.examine", "note", agency="slow", sequence=n), case_id, clock)
            for n in range(COMMANDS)
        ]
        for some in range(0, COMMANDS, 6):
            for command in notes[some : some + 3]:
                await cases.submit(case_id, command)
            await asyncio.gather(*(cases.execute(case_id, command) for command in notes[some + 3 : some + 6]))
        runs = await until(lambda: _runs(temporal, case_id), "three runs at least")
        assert len(set(runs)) == len(runs)
        agency.let_go.set()
        await until(lambda: _delivered(ledger, case_id), "the assignment is delivered")
        end = of_case(report("t1.examine", "fulfilled", agency="slow", sequence=COMMANDS), case_id, clock)
        await cases.submit(case_id, end)
        await when(ledger, case_id, "answered")
        await finished(temporal, case_id)

    history = await ledger.history(case_id)
    assert verify(await ledger.entries(case_id)) == ()
    assert {command.id for command in notes} <= {event.cause for event in history}
    for kind in (StepDispatched, StepDelivered, CaseAnswered):
        assert sum(isinstance(event.payload, kind) for event in history) == 1, kind.__name__
    keys = {(assignment.step, assignment.attempt) for assignment in agency.asked}
    assert keys == {("t1.examine", 1)} and len(agency.asked) >= len(runs)
    first, *again = (assignment.group for assignment in agency.asked)
    assert first == 1 and min(again) > 1  # it is looked up before it is sent again


async def test_a_silent_case_is_reminded_after_it_has_continued_as_new(
    temporal: Client, ledger: Ledger, clock: Clock
) -> None:
    case_id = str(uuid.uuid4())
    opened = decide_all(CaseState(case_id=case_id), [of_case(receive(), case_id, clock)], clock.now(), RULES)
    state = fold(CaseState(case_id=case_id), opened)
    async with case_worker(temporal, ledger, lambda: None):
        await ledger.append_or_adopt(case_id, 0, GENESIS, opened, None)
        await temporal.start_workflow(
            CASE_WORKFLOW,
            CaseInput(case_id=case_id, rules=RULES, clock=clock, state=state),
            id=workflow_id(case_id),
            task_queue=CASE_TASK_QUEUE,
        )
        await until(lambda: _reminded(ledger, case_id), "the centre is reminded of its triage")
        end = report("t1.triage", "refused", agency="centre", actor=STAFF)
        await temporal.get_workflow_handle(workflow_id(case_id)).signal(
            SUBMIT_SIGNAL, of_case(end, case_id, clock)
        )
        await finished(temporal, case_id)


async def _reminded(ledger: Ledger, case_id: str) -> bool:
    return any(isinstance(event.payload, DeadlineReminded) for event in await ledger.history(case_id))


async def _runs(temporal: Client, case_id: str) -> list[str]:
    query = f"WorkflowId = '{workflow_id(case_id)}'"
    runs = [run.run_id async for run in temporal.list_workflows(query)]
    return runs if len(runs) >= 3 else []


async def _delivered(ledger: Ledger, case_id: str) -> bool:
    return any(isinstance(event.payload, StepDelivered) for event in await ledger.history(case_id))
