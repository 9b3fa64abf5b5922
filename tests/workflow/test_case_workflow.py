"""The case workflow on a real Temporal server with a real ledger."""

import asyncio
import uuid

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Replayer

from kit.clock import Clock
from ledger.chain import verify
from ledger.store import Ledger
from schemas.appeals import AppealReceived
from schemas.case_lifecycle_events import AttachmentAdded, CaseAnswered
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded
from schemas.step_events import StepUndelivered
from tests.builders import CHANNEL, PARALLEL, SEQUENTIAL, STAFF, attachment, place, receive, report
from tests.waiting import until
from tests.workflow.folding import state_of
from workflows.case.commands import AddAttachment, AnnotateCase, ReceiveAppeal, ReportStatus
from workflows.case.contracts import workflow_id
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row
from workflows.case.shell.workflow import CaseWorkflow
from workflows.case.state import CaseState

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def case_id() -> str:
    return str(uuid.uuid4())


def of_case(command: ReceiveAppeal | ReportStatus, case_id: str, clock: Clock):
    """The command for this case, now."""
    now = clock.now()
    update: dict = {"received_at": now, "id": f"{command.id}/{uuid.uuid4()}"}
    if isinstance(command, ReceiveAppeal):
        appeal: AppealReceived = command.appeal.model_copy(
            update={"case_id": case_id, "appeal_id": str(uuid.uuid4()), "received_at": now}
        )
        update["appeal"] = appeal
    else:
        update["status"] = command.status.model_copy(
            update={"case_id": case_id, "received_at": now, "occurred_at": now, "status_id": update["id"]}
        )
    return command.model_copy(update=update)


async def when(ledger: Ledger, case_id: str, what: str, *steps: str):
    async def reached():
        state = await state_of(ledger, case_id)
        if state is None:
            return None
        shown = {step.key: step.status for step in state.steps}
        return state if what in (state.status, *(shown.get(step) for step in steps)) else None

    return await until(reached, f"case {case_id} {what} {steps}")


async def finished(temporal: Client, case_id: str) -> None:
    async def has_completed():
        description = await temporal.get_workflow_handle(workflow_id(case_id)).describe()
        return description.status == WorkflowExecutionStatus.COMPLETED

    await until(has_completed, f"workflow of {case_id} completed")


async def test_a_case_of_two_sequential_steps_is_answered_and_recorded(
    cases, ledger, temporal, agencies, clock, case_id
):
    await cases.submit(case_id, of_case(receive(SEQUENTIAL), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.examine")
    for step, agency in (("t1.examine", "moh"), ("t1.decide", "mlspp")):
        await when(ledger, case_id, "dispatched", step)
        await cases.submit(case_id, of_case(report(step, "fulfilled", agency=agency), case_id, clock))
    await when(ledger, case_id, "answered")
    await finished(temporal, case_id)
    assert [assignment.agency_id for assignment in agencies.sent_of(case_id)] == ["moh", "mlspp"]
    entries = await ledger.entries(case_id)
    assert verify(entries) == ()
    row = await ledger.case(case_id)
    state = fold(CaseState(case_id=case_id), await ledger.history(case_id))
    assert dict(row._mapping) == case_row(state, row.closed_at)


async def test_the_history_of_a_case_replays(cases, ledger, temporal, clock, case_id):
    """Timers, dispatches, adoption: a worker that takes the case over comes to the same commands."""
    await cases.submit(case_id, of_case(receive(PARALLEL), case_id, clock))
    for step, agency in (("t1.medical", "moh"), ("t1.social", "mlspp")):
        await when(ledger, case_id, "dispatched", step)
        await cases.submit(case_id, of_case(report(step, "in_progress", agency=agency), case_id, clock))
        await cases.submit(case_id, of_case(report(step, "fulfilled", agency=agency), case_id, clock))
    await when(ledger, case_id, "answered")
    await finished(temporal, case_id)
    history = await temporal.get_workflow_handle(workflow_id(case_id)).fetch_history()
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=temporal.data_converter)
    await replayer.replay_workflow(history)


async def test_a_command_by_update_is_answered_also_a_refusal_and_the_same_again(
    cases, ledger, clock, case_id
):
    await cases.submit(case_id, of_case(receive(), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.triage")
    wrong = place("t9.triage", SEQUENTIAL, at=clock.now())
    refused = await cases.execute(case_id, wrong)
    assert (refused.accepted, refused.code) == (False, "place.not_triage")
    assert await cases.execute(case_id, wrong) == refused
    assert (await cases.execute(case_id, place("t1.triage", PARALLEL, at=clock.now()))).accepted


async def test_a_case_that_does_not_exist_is_unknown(cases, clock, case_id, temporal):
    outcome = await cases.execute(case_id, place("t1.triage", PARALLEL, at=clock.now()))
    assert (outcome.accepted, outcome.code) == (False, "case.unknown")
    await finished(temporal, case_id)


async def test_a_document_that_comes_before_its_case_is_taken_when_that_is_opened(
    cases, ledger, clock, case_id, temporal
):
    opening = of_case(receive(SEQUENTIAL), case_id, clock)
    added = attachment(1, "card", clock.now()).model_copy(
        update={"case_id": case_id, "appeal_id": opening.appeal.appeal_id}
    )
    document = AddAttachment(id="attachment/1", actor=CHANNEL, received_at=clock.now(), attachment=added)
    unknown = await cases.execute(case_id, place("t1.triage", PARALLEL, at=clock.now()))
    await cases.submit(case_id, document)
    assert unknown.code == "case.unknown"
    again = await cases.execute(case_id, place("t1.triage", SEQUENTIAL, at=clock.now()))
    assert again.code == "case.unknown"
    await cases.submit(case_id, opening)

    async def taken():
        return [e for e in await ledger.history(case_id) if isinstance(e.payload, AttachmentAdded)] or None

    assert [event.cause for event in await until(taken, "the document is taken")] == ["attachment/1"]
    history = await temporal.get_workflow_handle(workflow_id(case_id)).fetch_history()
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=temporal.data_converter)
    await replayer.replay_workflow(history)


async def test_another_command_under_a_known_id_is_refused(cases, ledger, clock, case_id):
    await cases.submit(case_id, of_case(receive(), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.triage")
    note = AnnotateCase(id="note/1", actor=STAFF, received_at=clock.now(), sealed_note="first")
    assert (await cases.execute(case_id, note)).accepted
    other = await cases.execute(case_id, note.model_copy(update={"sealed_note": "second"}))
    assert (other.accepted, other.code) == (False, "command_id.other_command")
    assert (await cases.execute(case_id, note)).accepted


async def test_a_silent_agency_is_reminded_of_and_escalated_by_one_timer(cases, ledger, clock, case_id):
    await cases.submit(case_id, of_case(receive(PARALLEL), case_id, clock))

    async def reached():
        history = await ledger.history(case_id)
        levels = [e.payload for e in history if isinstance(e.payload, DeadlineReminded | DeadlineEscalated)]
        return levels if len(levels) >= 11 else None

    levels = await until(reached, "the escalation policy reached")
    assert len({(level.subject, level.deadline) for level in levels}) == 11


async def test_a_closed_case_takes_a_late_status_and_a_new_appeal(cases, ledger, temporal, clock, case_id):
    await cases.submit(case_id, of_case(receive(SEQUENTIAL), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.examine")
    await cases.submit(case_id, of_case(report("t1.examine", "refused"), case_id, clock))
    await when(ledger, case_id, "answered")
    await finished(temporal, case_id)
    before = len(await ledger.entries(case_id))
    await cases.submit(case_id, of_case(report("t1.examine", "fulfilled"), case_id, clock))

    async def grown():
        return len(await ledger.entries(case_id)) > before

    await until(grown, "the late status is recorded")
    await finished(temporal, case_id)
    await cases.submit(case_id, of_case(receive(SEQUENTIAL, number=2), case_id, clock))
    state = await when(ledger, case_id, "open")
    assert state.opening == 2


async def test_an_agency_that_cannot_be_reached_is_state_and_the_next_group_begins(
    cases, ledger, agencies, clock, case_id
):
    agencies.failures[case_id] = ["adapter.refused"]
    await cases.submit(case_id, of_case(receive(SEQUENTIAL), case_id, clock))

    async def delivered():
        state = await state_of(ledger, case_id)
        return state is not None and state.step("t1.examine").reference

    await until(delivered, "the second group delivers")
    history = await ledger.history(case_id)
    assert [e.payload.error_code for e in history if isinstance(e.payload, StepUndelivered)] == [
        "adapter.refused"
    ]
    assert [assignment.group for assignment in agencies.sent_of(case_id)] == [1, 2]


async def test_fifty_commands_at_once_have_fifty_outcomes_and_one_answer(
    cases, ledger, temporal, clock, case_id
):
    await cases.submit(case_id, of_case(receive(SEQUENTIAL), case_id, clock))
    await when(ledger, case_id, "dispatched", "t1.examine")
    many = [of_case(report("t1.examine", "in_progress", sequence=n), case_id, clock) for n in range(50)]
    outcomes = await asyncio.gather(*(cases.execute(case_id, command) for command in many))
    assert all(outcome.accepted for outcome in outcomes)
    for _ in range(2):
        await cases.submit(case_id, of_case(report("t1.examine", "refused"), case_id, clock))
    await when(ledger, case_id, "answered")
    await finished(temporal, case_id)
    history = await ledger.history(case_id)
    assert verify(await ledger.entries(case_id)) == ()
    assert sum(isinstance(e.payload, CaseAnswered) for e in history) == 1
    assert {command.id for command in many} <= {e.cause for e in history}
