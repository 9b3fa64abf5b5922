"""Compares the workflows that run in Temporal with the unfinished cases of the ledger."""

import asyncio

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from doctor import workflow_invariants as invariants
from doctor.findings import Examination, Finding
from doctor.stored_cases import still_unfinished
from kit.database import Database
from kit.settings import Settings
from kit.temporal import connect
from workflows.case.contracts import CASE_WORKFLOW, workflow_id
from workflows.repair import stuck_cases

CONNECT_SECONDS = 5.0
_NOT_BY_ITSELF = {
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.CANCELED,
    WorkflowExecutionStatus.TIMED_OUT,
}


async def examine_workflows(
    settings: Settings, database: Database, unfinished: set[str], found: Examination
) -> list[Finding]:
    """What is wrong with the workflows. A difference counts only if a second, direct query confirms it.

    Raises:
        RPCError, TransientError, TimeoutError: Temporal cannot be reached.
    """
    client = await connect_to(settings)
    running = await _running(client)
    found.counts["running workflows"] = len(running)
    differ = unfinished ^ running
    now = {case_id: await _status(client, case_id) for case_id in differ}
    confirmed = {case_id for case_id, status in now.items() if status == WorkflowExecutionStatus.RUNNING}
    ended = {case_id: status.name.lower() for case_id, status in now.items() if status in _NOT_BY_ITSELF}
    unfinished = (unfinished - differ) | await still_unfinished(database, differ)
    stuck = {case.case_id: case.problems async for case in stuck_cases(client)}
    return [
        *invariants.check_workflows(unfinished, (running - differ) | confirmed, ended),
        *invariants.check_workflow_tasks(stuck),
    ]


async def connect_to(settings: Settings) -> Client:
    """A client of Temporal.

    Raises:
        RPCError, TransientError, TimeoutError: Temporal cannot be reached.
    """
    async with asyncio.timeout(CONNECT_SECONDS):
        return await connect(settings.temporal_address, settings.temporal_namespace, keys=settings.keys)


async def _running(client: Client) -> set[str]:
    """The cases whose workflow runs, by Temporal's list, which may be some seconds old."""
    query = f"WorkflowType = '{CASE_WORKFLOW}' AND ExecutionStatus = 'Running'"
    return {execution.id.removeprefix("case-") async for execution in client.list_workflows(query)}


async def _status(client: Client, case_id: str) -> WorkflowExecutionStatus | None:
    """The status of the case's last workflow; None where Temporal knows none."""
    try:
        description = await client.get_workflow_handle(workflow_id(case_id)).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return None
        raise
    return description.status
