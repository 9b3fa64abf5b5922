"""The one typed client: how anything outside reaches a case."""

from datetime import timedelta

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from kit.clock import Clock
from workflows.case.commands import AnyCommand, CommandOutcome
from workflows.case.rules import Rules
from workflows.contracts import (
    CASE_TASK_QUEUE,
    CASE_WORKFLOW,
    EXECUTE_UPDATE,
    SUBMIT_SIGNAL,
    CaseInput,
    workflow_id,
)


class CaseClient:
    """Sends commands to cases, opening or waking the case where none is running.

    `rules` and `clock` are pinned in the input of a run that this client starts. A closed case has no running
    workflow: the run that a command wakes folds the ledger first. `task_timeout` is the time after which
    Temporal gives a workflow task of a dead worker to another one.
    """

    def __init__(
        self, client: Client, rules: Rules, clock: Clock, *, task_timeout: timedelta | None = None
    ) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._task_timeout = task_timeout

    async def submit(self, case_id: str, command: AnyCommand) -> None:
        """Hand the command over (signal-with-start). Returns when Temporal has stored it.

        Raises:
            temporalio.service.RPCError: Temporal did not take it; send it again, its id makes that safe.
        """
        await self._client.start_workflow(
            CASE_WORKFLOW,
            CaseInput(case_id=case_id, rules=self._rules, clock=self._clock),
            id=workflow_id(case_id),
            task_queue=CASE_TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            task_timeout=self._task_timeout,
            start_signal=SUBMIT_SIGNAL,
            start_signal_args=[command],
        )

    async def execute(
        self, case_id: str, command: AnyCommand, *, timeout: timedelta = timedelta(seconds=30)
    ) -> CommandOutcome:
        """Hand the command over and wait for its outcome, also a refusal (update-with-start).

        Raises:
            temporalio.service.RPCError: no answer in `timeout`; asking again with the same command is safe.
        """
        start: WithStartWorkflowOperation[object, object] = WithStartWorkflowOperation(
            CASE_WORKFLOW,
            CaseInput(case_id=case_id, rules=self._rules, clock=self._clock),
            id=workflow_id(case_id),
            task_queue=CASE_TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            task_timeout=self._task_timeout,
        )
        outcome = await self._client.execute_update_with_start_workflow(
            EXECUTE_UPDATE,
            command,
            start_workflow_operation=start,
            id=command.id,
            result_type=CommandOutcome,
            rpc_timeout=timeout,
        )
        return CommandOutcome.model_validate(outcome)
