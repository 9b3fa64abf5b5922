"""How the driver sends the same signals to each design, in the form of its workflow."""

from abc import ABC, abstractmethod
from datetime import timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks.peers.appeals import Appeals
from benchmarks.peers.work import STATUSES, STEPS, Command
from schemas.agency_statuses import Status
from workflows.case.contracts import workflow_id
from workflows.client import CaseClient


class Design(ABC):
    """One design of the work; `name` starts its worker."""

    name: str

    def __init__(self, client: Client) -> None:
        self._client = client

    @abstractmethod
    async def begin(self, case_id: str) -> None:
        """Open a case with its appeal, by signal-with-start."""

    @abstractmethod
    async def report(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Send the case a status of an agency, by signal."""

    async def answered(self, case_id: str) -> None:
        """Wait until the workflow of the case has ended."""
        await self._handle(case_id).result()

    def _handle(self, case_id: str) -> "WorkflowHandle[object, object]":
        return self._client.get_workflow_handle(f"{self.name}-{case_id}")


class Ours(Design):
    """The case workflow, by the one typed client."""

    name = "ours"

    def __init__(self, client: Client, appeals: Appeals) -> None:
        super().__init__(client)
        self._appeals = appeals
        self._cases = CaseClient(client, appeals.rules_of, appeals.clock)

    async def begin(self, case_id: str) -> None:
        """Open a case with its appeal."""
        await self._cases.submit(case_id, self._appeals.command(case_id))

    async def report(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Send a status."""
        command = self._appeals.status(case_id, step, agency_id, status, reference)
        await self._cases.submit(case_id, command)

    def _handle(self, case_id: str) -> "WorkflowHandle[object, object]":
        return self._client.get_workflow_handle(workflow_id(case_id))


def contents(appeals: Appeals) -> tuple[str, str]:
    """The content of a peer's signals, an appeal and a status: as many bytes as ours have."""
    case_id = "00000000-0000-0000-0000-000000000000"
    step, agency_id = STEPS[0]
    status = appeals.status(case_id, step, agency_id, STATUSES[0], f"{case_id[:8]}-{step}")
    return appeals.command(case_id).model_dump_json(), status.model_dump_json()


class Peer(Design):
    """A peer: plain values of as many bytes as our commands have."""

    workflow: str

    def __init__(self, client: Client, appeals: Appeals) -> None:
        super().__init__(client)
        self._appeal_content, self._status_content = contents(appeals)

    async def begin(self, case_id: str) -> None:
        """Open a case with its appeal."""
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

    async def report(self, case_id: str, step: str, agency_id: str, status: Status, reference: str) -> None:
        """Send a status."""
        command = Command(f"status/{agency_id}/{reference}", step, status, self._status_content)
        await self._handle(case_id).signal("submit", command)


class Bare(Peer):
    """See `benchmarks.peers.bare`."""

    name, workflow = "bare", "BareCase"


class Naive(Peer):
    """See `benchmarks.peers.naive`."""

    name, workflow = "naive", "NaiveCase"
