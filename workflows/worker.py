"""The worker that runs cases: composes the case workflow, its local activity, and the ledger's relay."""

from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from ledger.store import Ledger
from workflows.activities import RecordActivity
from workflows.case.workflow import CaseWorkflow
from workflows.contracts import CASE_TASK_QUEUE

PASSED_THROUGH = (
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "rfc8785",
    "schemas",
    "kit.clock",
    "catalogue",
    "ledger.chain",
    "workflows.contracts",
    "workflows.case.clocks",
    "workflows.case.commands",
    "workflows.case.decide",
    "workflows.case.evolve",
    "workflows.case.progress",
    "workflows.case.recording",
    "workflows.case.refusals",
    "workflows.case.rules",
    "workflows.case.state",
    "workflows.case.statuses",
    "workflows.case.turn",
)
"""Pure modules, not loaded again for each workflow: their determinism is held by import-linter and tests."""


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox, with only the shell inside (loading our modules again would cost 50 ms a workflow)."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


def case_worker(client: Client, ledger: Ledger, wake: Callable[[], None]) -> Worker:
    """A worker for cases. `wake` is called after each record, so that the relay sends at once."""
    return Worker(
        client,
        task_queue=CASE_TASK_QUEUE,
        workflows=[CaseWorkflow],
        activities=[RecordActivity(ledger, wake).record],
        workflow_runner=sandbox(),
        max_cached_workflows=2_000,
        max_concurrent_workflow_tasks=100,
        max_concurrent_local_activities=50,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )
