"""One case on its way through a real server: what the paths of stored histories are walked with."""

import uuid
from dataclasses import dataclass, field
from typing import Any, cast

from temporalio.client import Client

from kit.clock import Clock
from ledger.appeal_contents import appeals_in
from ledger.store import Ledger
from schemas.actors import Actor
from schemas.passports import Passport
from schemas.step_events import StepDelivered
from tests.builders import STAFF, receive, report
from tests.waiting import until
from tests.workflow.conftest import SimulatedAgencies
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.case.commands import AnyCommand, Command, CommandOutcome, JoinCase, SplitCase
from workflows.client import CaseClient


@dataclass
class Walk:
    """One case on its way; `walked` says when it is at its end."""

    temporal: Client
    cases: CaseClient
    ledger: Ledger
    agencies: SimulatedAgencies
    clock: Clock
    case_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    async def submit(self, command: Any) -> None:
        """Give the case a command that needs no answer."""
        await self.cases.submit(self.case_id, of_case(command, self.case_id, self.clock))

    async def execute(self, command: AnyCommand) -> CommandOutcome:
        """Give the case a command of a person."""
        return await self.cases.execute(self.case_id, command)

    async def give(self, kind: type[Command], actor: Actor = STAFF, **fields: Any) -> None:
        """Give the case a command of a person that it must accept."""
        head = {"id": str(uuid.uuid4()), "actor": actor, "received_at": self.clock.now()}
        if kind in (SplitCase, JoinCase):
            history = await self.ledger.history(self.case_id)
            fields |= {"appeals": appeals_in(event.payload for event in history)}
        outcome = await self.execute(cast("AnyCommand", kind(**head, **fields)))
        assert outcome.accepted, outcome

    async def delivered(self, passport: Passport) -> None:
        """Bring an appeal for `passport`, and wait until its first agency has the assignment."""
        await self.submit(receive(passport))
        await self.happened(StepDelivered)

    async def step(self, key: str, status: str = "dispatched") -> None:
        """Wait until the step has that status."""
        await when(self.ledger, self.case_id, status, key)

    async def agency(self, step: str, status: str, agency: str, **more: Any) -> None:
        """Let an agency report on its step, once the step was dispatched to it."""
        await self.step(step)
        await self.submit(report(step, status, agency=agency, **more))

    async def happened(self, kind: type, times: int = 1) -> None:
        """Wait for an event of that kind."""

        async def has_happened() -> bool:
            history = await self.ledger.history(self.case_id)
            return sum(isinstance(event.payload, kind) for event in history) >= times

        await until(has_happened, f"{kind.__name__} in {self.case_id}")

    async def walked(self) -> None:
        """Wait until the case is answered and its workflow has ended."""
        await when(self.ledger, self.case_id, "answered")
        await finished(self.temporal, self.case_id)
