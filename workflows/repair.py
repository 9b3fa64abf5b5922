"""Find cases whose workflow task keeps failing, and reset one without losing anything.

A task keeps failing where the worker's code cannot replay the case's history, or fails on its state. Temporal
goes on trying; nothing is lost, and nothing moves. Where only the state was the trouble, a mended worker goes
on by itself. Where the history is, the run is reset to its first task: signals and updates come in again, and
the ledger's entries are adopted, not written twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from kit.errors import PermanentError
from workflows.case.contracts import CASE_WORKFLOW, workflow_id

_PROBLEMS = "TemporalReportedProblems"
"""Temporal's own search attribute: set after some failed tasks in a row, removed by the next that succeeds.

How many: `system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute` of the server, by default 5."""


@dataclass(frozen=True)
class StuckCase:
    """A case whose workflow task keeps failing, with the problems that Temporal reports."""

    case_id: str
    problems: tuple[str, ...]


async def stuck_cases(client: Client) -> AsyncIterator[StuckCase]:
    """The running cases whose task keeps failing."""
    query = f"WorkflowType = '{CASE_WORKFLOW}' AND ExecutionStatus = 'Running' AND {_PROBLEMS} IS NOT NULL"
    async for execution in client.list_workflows(query):
        found = execution.search_attributes.get(_PROBLEMS, ())
        yield StuckCase(execution.id.removeprefix("case-"), tuple(str(problem) for problem in found))


async def is_stuck(client: Client, case_id: str) -> bool:
    """Whether the case has a running workflow whose task keeps failing."""
    handle = client.get_workflow_handle(workflow_id(case_id))
    try:
        description = await handle.describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        raise
    running = description.status == WorkflowExecutionStatus.RUNNING
    return running and bool(description.search_attributes.get(_PROBLEMS))


async def begin_again(client: Client, case_id: str, reason: str) -> str:
    """Reset the case's run to its first task, and return the new run's id.

    `reason` is kept in Temporal's history; it names no person.

    Raises:
        PermanentError: `repair.not_begun`: no task of the run has ended yet, so there is nothing to repair.
        temporalio.service.RPCError: there is no such run, or Temporal could not be reached.
    """
    handle = client.get_workflow_handle(workflow_id(case_id))
    run_id = (await handle.describe()).run_id
    answer = await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id(case_id), run_id=run_id),
            reason=reason,
            workflow_task_finish_event_id=await _first_task(handle, case_id),
            request_id=f"repair/{run_id}",  # given twice for one run, it is done once
        )
    )
    return answer.run_id


async def _first_task(handle: WorkflowHandle[object, object], case_id: str) -> int:
    ended = (
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    )
    async for event in handle.fetch_history_events():
        if event.event_type in ended:
            return event.event_id
    raise PermanentError(
        "repair.not_begun",
        f"No task of case {case_id} has ended yet.",
        remedy="Check that a worker runs (`vahid status`).",
    )
