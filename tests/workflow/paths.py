"""The ways a case can go, each walked on a real server: what stored histories are made of."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio.client import Client

from kit.clock import Clock
from ledger.store import Ledger
from schemas.case_events import DeadlineEscalated, StepDelivered
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, place, reassign, receive, report
from tests.waiting import until
from tests.workflow.conftest import Bodies
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.case.commands import AnyCommand, CommandOutcome
from workflows.client import CaseClient
from workflows.contracts import CASE_TASK_QUEUE, CASE_WORKFLOW, SUBMIT_SIGNAL, CaseInput, workflow_id


@dataclass
class Walk:
    """One case on its way; `walked` says when it is at its end."""

    temporal: Client
    cases: CaseClient
    ledger: Ledger
    bodies: Bodies
    clock: Clock
    case_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    async def tell(self, command: Any) -> None:
        """Give the case a command that needs no answer."""
        await self.cases.submit(self.case_id, of_case(command, self.case_id, self.clock))

    async def ask(self, command: AnyCommand) -> CommandOutcome:
        """Give the case a command of a person."""
        return await self.cases.execute(self.case_id, command)

    async def step(self, key: str, status: str = "dispatched") -> None:
        """Wait until the step has that status."""
        await when(self.ledger, self.case_id, status, key)

    async def body(self, step: str, status: str, agency: str, **more: Any) -> None:
        """Let a body speak about its step, once the step was dispatched to it."""
        await self.step(step)
        await self.tell(report(step, status, agency=agency, **more))

    async def happened(self, kind: type, times: int = 1) -> None:
        """Wait for an event of that kind."""

        async def look() -> bool:
            history = await self.ledger.history(self.case_id)
            return sum(isinstance(event.body, kind) for event in history) >= times

        await until(look, f"{kind.__name__} in {self.case_id}")

    async def walked(self) -> None:
        """Wait until the case is answered and its workflow has ended."""
        await when(self.ledger, self.case_id, "answered")
        await finished(self.temporal, self.case_id)


async def two_steps_after_each_other(walk: Walk) -> None:
    await walk.tell(receive(SEQUENTIAL))
    await walk.body("t1.examine", "acknowledged", "moh")
    await walk.tell(report("t1.examine", "fulfilled"))
    await walk.body("t1.decide", "fulfilled", "mlspp")


async def two_steps_beside_each_other_one_refused(walk: Walk) -> None:
    await walk.tell(receive(PARALLEL))
    await walk.body("t1.medical", "fulfilled", "moh")
    await walk.body("t1.social", "refused", "mlspp", reason_code="documents_missing")


async def placed_by_the_centre(walk: Walk) -> None:
    await walk.tell(receive())
    await walk.step("t1.triage")
    refused = await walk.ask(place("t9.triage", SEQUENTIAL, at=walk.clock.now()))
    accepted = await walk.ask(place("t1.triage", SEQUENTIAL, at=walk.clock.now()))
    assert (refused.accepted, accepted.accepted) == (False, True)
    await walk.body("t2.examine", "fulfilled", "moh")
    await walk.body("t2.decide", "fulfilled", "mlspp")


async def forwarded_and_reassigned(walk: Walk) -> None:
    await walk.tell(receive(SEQUENTIAL))
    await walk.body("t1.examine", "forwarded", "moh", forward_to="mlspp")
    await walk.happened(StepDelivered, 2)
    await walk.ask(reassign("t1.examine", "moh", at=walk.clock.now()))
    await walk.happened(StepDelivered, 3)
    await walk.tell(report("t1.examine", "fulfilled", attempt=3))
    await walk.body("t1.decide", "fulfilled", "mlspp")


async def undelivered_at_first(walk: Walk) -> None:
    walk.bodies.failures[walk.case_id] = ["adapter.refused"]
    await walk.tell(receive(SEQUENTIAL))
    await walk.happened(StepDelivered)
    await walk.body("t1.examine", "fulfilled", "moh")
    await walk.body("t1.decide", "fulfilled", "mlspp")


async def reminded_and_escalated(walk: Walk) -> None:
    await walk.tell(receive(SEQUENTIAL))
    await walk.happened(DeadlineEscalated)
    await walk.tell(report("t1.examine", "refused", reason_code="documents_missing"))


async def joined_and_reopened(walk: Walk) -> None:
    await walk.tell(receive(SEQUENTIAL))
    await walk.body("t1.examine", "fulfilled", "moh")
    await walk.tell(receive(PARALLEL, number=2))
    for step, agency in (("t1.decide", "mlspp"), ("t2.medical", "moh"), ("t2.social", "mlspp")):
        await walk.body(step, "fulfilled", agency)
    await walk.walked()
    await walk.tell(receive(SEQUENTIAL, number=3))
    await walk.body("t3.examine", "refused", "moh", reason_code="documents_missing")


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
        await walk.ask(of_case(report("t1.examine", "note", sequence=number), walk.case_id, walk.clock))
    await walk.tell(report("t1.examine", "fulfilled", sequence=9))
    await walk.body("t1.decide", "fulfilled", "mlspp")


async def refused_by_the_centre(walk: Walk) -> None:
    await walk.tell(receive())
    await walk.step("t1.triage")
    said = report("t1.triage", "refused", agency="centre", actor=STAFF, reason_code="not_competent")
    await walk.ask(of_case(said, walk.case_id, walk.clock))


PATHS: dict[str, Callable[[Walk], Awaitable[None]]] = {
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
    )
}
"""By name, in the order in which they are walked."""
