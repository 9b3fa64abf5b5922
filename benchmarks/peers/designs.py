"""How the driver speaks to each design: the same signals, as its own workflow takes them."""

import uuid
from abc import ABC, abstractmethod
from datetime import timedelta
from functools import partial

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks.peers.work import SERVICE, Command
from catalogue.loader import load
from catalogue.routing import place
from kit.clock import Clock
from schemas.actors import Actor
from schemas.agency_statuses import AssignmentStatus, Status
from schemas.appeals import AppealReceived
from workflows.client import CaseClient
from workflows.contracts import Placement, ReceiveAppeal, ReportStatus, Rules, workflow_id

SEALED = "x" * 1_200
"""As long as the sealed content of an appeal of the demonstration."""


class Design(ABC):
    """One design of the work, with the name by which its worker is started."""

    name: str

    def __init__(self, client: Client) -> None:
        self._client = client

    @abstractmethod
    async def begin(self, case_id: str) -> None:
        """Bring the appeal of a new case, by signal-with-start."""

    @abstractmethod
    async def tell(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Tell the case what a body says, by signal."""

    async def answered(self, case_id: str) -> None:
        """Wait until the workflow of the case has ended."""
        await self._handle(case_id).result()

    def _handle(self, case_id: str) -> "WorkflowHandle[object, object]":
        return self._client.get_workflow_handle(f"{self.name}-{case_id}")


class Ours(Design):
    """The case workflow, by the one typed client."""

    name = "ours"

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._clock = Clock()
        catalogue = load()
        self._cases = CaseClient(client, partial(Rules.of, catalogue), self._clock)
        self._placements = tuple(
            Placement(passport=one.passport, agencies=one.agencies)
            for one in place(catalogue, (SERVICE,), None)
        )

    async def begin(self, case_id: str) -> None:
        """Bring the appeal of a new case."""
        await self._cases.submit(case_id, self.appeal(case_id))

    def appeal(self, case_id: str) -> ReceiveAppeal:
        """The command that brings the appeal of the case."""
        now = self._clock.now()
        appeal = AppealReceived(
            appeal_id=case_id,
            case_id=case_id,
            tracking_number="VHD-2021-000000-0",
            channel="online",
            received_at=now,
            services=(SERVICE,),
            applicant_index=uuid.uuid4().hex * 2,
            receipt_digest=uuid.uuid4().hex * 2,
            sealed=SEALED,
        )
        return ReceiveAppeal(
            id=f"appeal/{case_id}",
            actor=Actor(kind="channel", id="online"),
            received_at=now,
            appeal=appeal,
            placements=self._placements,
        )

    async def tell(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Report a status."""
        now = self._clock.now()
        said = AssignmentStatus(
            status_id=f"{reference}/{status}",
            agency_id=agency_id,
            case_id=case_id,
            step=step,
            attempt=1,
            reference=reference,
            status=status,
            raw_code=status.upper(),
            occurred_at=now,
            received_at=now,
            via="webhook",
        )
        command = ReportStatus(
            id=f"status/{agency_id}/{said.status_id}",
            actor=Actor(kind="agency", id=agency_id),
            received_at=now,
            status=said,
        )
        await self._cases.submit(case_id, command)

    def _handle(self, case_id: str) -> "WorkflowHandle[object, object]":
        return self._client.get_workflow_handle(workflow_id(case_id))


class Peer(Design):
    """A peer: plain values of as many bytes as our commands have."""

    workflow: str

    def __init__(self, client: Client, appeal: ReceiveAppeal) -> None:
        super().__init__(client)
        self._appeal_content = appeal.model_dump_json()

    async def begin(self, case_id: str) -> None:
        """Bring the appeal of a new case."""
        await self._client.start_workflow(
            self.workflow,
            case_id,
            id=f"{self.name}-{case_id}",
            task_queue=f"peer.{self.name}",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="submit",
            start_signal_args=[Command(f"appeal/{case_id}", "", "", self._appeal_content)],
            task_timeout=timedelta(seconds=10),
        )

    async def tell(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Report a status."""
        command = Command(f"status/{agency_id}/{reference}", step, status, "x" * 400)
        await self._handle(case_id).signal("submit", command)


class Bare(Peer):
    """See `benchmarks.peers.bare`."""

    name, workflow = "bare", "BareCase"


class Naive(Peer):
    """See `benchmarks.peers.naive`."""

    name, workflow = "naive", "NaiveCase"
