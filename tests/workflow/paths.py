"""The ways a case can go by what agencies and the clock do, and all ways together, by name."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import StepDelivered
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, place, reassign, receive, report
from tests.workflow.paths_of_people import PATHS_OF_PEOPLE
from tests.workflow.test_case_workflow import of_case
from tests.workflow.walk import Walk
from workflows.case.contracts import CASE_TASK_QUEUE, CASE_WORKFLOW, SUBMIT_SIGNAL, CaseInput, workflow_id


async def two_steps_after_each_other(walk: Walk) -> None:
    await walk.submit(receive(SEQUENTIAL))
    await walk.agency("t1.examine", "acknowledged", "moh")
    await walk.submit(report("t1.examine", "fulfilled"))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def two_steps_beside_each_other_one_refused(walk: Walk) -> None:
    await walk.submit(receive(PARALLEL))
    await walk.agency("t1.medical", "fulfilled", "moh")
    await walk.agency("t1.social", "refused", "mlspp", reason_code="documents_missing")


async def placed_by_the_centre(walk: Walk) -> None:
    await walk.submit(receive())
    await walk.step("t1.triage")
    refused = await walk.execute(place("t9.triage", SEQUENTIAL, at=walk.clock.now()))
    accepted = await walk.execute(place("t1.triage", SEQUENTIAL, at=walk.clock.now()))
    assert (refused.accepted, accepted.accepted) == (False, True)
    await walk.agency("t2.examine", "fulfilled", "moh")
    await walk.agency("t2.decide", "fulfilled", "mlspp")


async def forwarded_and_reassigned(walk: Walk) -> None:
    await walk.submit(receive(SEQUENTIAL))
    await walk.agency("t1.examine", "forwarded", "moh", forward_to="mlspp")
    await walk.happened(StepDelivered, 2)
    await walk.execute(reassign("t1.examine", "moh", at=walk.clock.now()))
    await walk.happened(StepDelivered, 3)
    await walk.submit(report("t1.examine", "fulfilled", attempt=3))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def undelivered_at_first(walk: Walk) -> None:
    walk.agencies.failures[walk.case_id] = ["adapter.refused"]
    await walk.submit(receive(SEQUENTIAL))
    await walk.happened(StepDelivered)
    await walk.agency("t1.examine", "fulfilled", "moh")
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def reminded_and_escalated(walk: Walk) -> None:
    await walk.submit(receive(SEQUENTIAL))
    await walk.happened(DeadlineEscalated)
    await walk.submit(report("t1.examine", "refused", reason_code="documents_missing"))


async def joined_and_reopened(walk: Walk) -> None:
    await walk.submit(receive(SEQUENTIAL))
    await walk.agency("t1.examine", "fulfilled", "moh")
    await walk.submit(receive(PARALLEL, number=2))
    for step, agency in (("t1.decide", "mlspp"), ("t2.medical", "moh"), ("t2.social", "mlspp")):
        await walk.agency(step, "fulfilled", agency)
    await walk.walked()
    await walk.submit(receive(SEQUENTIAL, number=3))
    await walk.agency("t3.examine", "refused", "moh", reason_code="documents_missing")


async def continued_as_new(walk: Walk) -> None:
    await walk.temporal.start_workflow(
        CASE_WORKFLOW,
        CaseInput(case_id=walk.case_id, rules=RULES, clock=walk.clock, history_limit=20),
        id=workflow_id(walk.case_id),
        task_queue=CASE_TASK_QUEUE,
        task_timeout=timedelta(seconds=2),
        start_signal=SUBMIT_SIGNAL,
        start_signal_args=[of_case(receive(SEQUENTIAL), walk.case_id, walk.clock)],
    )
    await walk.step("t1.examine")
    for number in range(8):
        await walk.execute(of_case(report("t1.examine", "note", sequence=number), walk.case_id, walk.clock))
    await walk.submit(report("t1.examine", "fulfilled", sequence=9))
    await walk.agency("t1.decide", "fulfilled", "mlspp")


async def refused_by_the_centre(walk: Walk) -> None:
    await walk.submit(receive())
    await walk.step("t1.triage")
    refusal = report("t1.triage", "refused", agency="centre", actor=STAFF, reason_code="not_competent")
    await walk.execute(of_case(refusal, walk.case_id, walk.clock))


PATHS: dict[str, Callable[[Walk], Awaitable[object]]] = {
    path.__name__: path
    for path in (
        two_steps_after_each_other,
        two_steps_beside_each_other_one_refused,
        placed_by_the_centre,
        forwarded_and_reassigned,
        undelivered_at_first,
        reminded_and_escalated,
        joined_and_reopened,
        continued_as_new,
        refused_by_the_centre,
        *PATHS_OF_PEOPLE,
    )
}
"""By name, in the order in which they are walked."""
