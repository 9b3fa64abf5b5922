"""The one typed client: how anything outside reaches a case."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from kit.clock import Clock
from kit.errors import PermanentError, TransientError
from kit.transient import is_transient
from workflows.case.command_identity import digest_of
from workflows.case.commands import AnyCommand, CommandOutcome, ReceiveAppeal
from workflows.case.contracts import (
    CASE_TASK_QUEUE,
    CASE_WORKFLOW,
    EXECUTE_UPDATE,
    SUBMIT_SIGNAL,
    CaseInput,
    workflow_id,
)
from workflows.case.limits import MOST_OF_COMMAND
from workflows.case.rules import Rules

RETRY_SECONDS = 0.5
"""Between two attempts of a command whose case stumbled."""
TIMER_SPREAD_SECONDS = 200.0
"""Seconds after a deadline within which timers fire: ten thousand cases keep two cores busy so long."""

_log = structlog.get_logger()


class CaseClient:
    """Sends commands to cases, opening or waking the case where none is running.

    `rules` gives those of a business time; they and `clock` are pinned in the input of a run that this client
    starts. A closed case has no running workflow: the run that a command wakes folds the ledger first.
    `task_timeout` is the time after which Temporal gives a workflow task of a dead worker to another one.
    """

    def __init__(
        self,
        client: Client,
        rules: Callable[[datetime], Rules],
        clock: Clock,
        *,
        task_timeout: timedelta | None = None,
    ) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._task_timeout = task_timeout

    async def submit(self, case_id: str, command: AnyCommand) -> None:
        """Submit the command. Return when Temporal has stored it.

        An appeal goes by signal-with-start. Anything else nearly always finds its case running: it goes by a
        signal, without the rules that only a start needs. Where nothing runs, it starts the case too.

        Raises:
            PermanentError: `command.too_large`: Temporal would never take it.
            temporalio.service.RPCError: Temporal did not take it; send it again, its id makes that safe.
        """
        check_size(command)
        if isinstance(command, ReceiveAppeal) or not await self._signal(case_id, command):
            await self._signal_with_start(case_id, command)

    async def _signal(self, case_id: str, command: AnyCommand) -> bool:
        """Whether a running case took the command."""
        try:
            await self._client.get_workflow_handle(workflow_id(case_id)).signal(SUBMIT_SIGNAL, command)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def _signal_with_start(self, case_id: str, command: AnyCommand) -> None:
        await self._client.start_workflow(
            CASE_WORKFLOW,
            self._input(case_id),
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
        """Submit the command and wait for its outcome, also a refusal (update-with-start).

        It is submitted again while Temporal is away or the case's worker stumbles.

        Raises:
            PermanentError: `command.too_large`: Temporal would never take it.
            TransientError: `case.no_answer`: no outcome in `timeout`; the same command may be given again.
            temporalio.service.RPCError: Temporal refused it for good.
        """
        check_size(command)
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                while True:
                    try:
                        return await self._execute(case_id, command, timeout)
                    except RPCError as error:
                        if not _may_pass(error):
                            raise
                        _log.info("case.submitted_again", case_id=case_id, status=error.status.name)
                    await asyncio.sleep(RETRY_SECONDS)
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise TransientError(
                "case.no_answer",
                f"Case {case_id} gave no answer within {timeout.total_seconds():.0f} s.",
                remedy="Check that Temporal and the worker run (`vahid status`), then give it again.",
            ) from None

    async def _execute(self, case_id: str, command: AnyCommand, timeout: timedelta) -> CommandOutcome:
        start: WithStartWorkflowOperation[object, object] = WithStartWorkflowOperation(
            CASE_WORKFLOW,
            self._input(case_id),
            id=workflow_id(case_id),
            task_queue=CASE_TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            task_timeout=self._task_timeout,
        )
        try:
            outcome = await self._client.execute_update_with_start_workflow(
                EXECUTE_UPDATE,
                command,
                start_workflow_operation=start,
                id=f"{command.id}/{digest_of(command)}",  # Temporal answers a known id from memory
                result_type=CommandOutcome,
                rpc_timeout=timeout,
            )
        except RPCError:
            with suppress(RPCError):
                await start.workflow_handle()  # it failed alike; the SDK complains where nobody awaits it
            raise
        return CommandOutcome.model_validate(outcome)

    def _input(self, case_id: str) -> CaseInput:
        return CaseInput(
            case_id=case_id,
            rules=self._rules(self._clock.now()),
            clock=self._clock,
            timer_spread=TIMER_SPREAD_SECONDS,
        )


def check_size(command: AnyCommand) -> None:
    """Refuse a command that is too large for Temporal, before it is sent.

    Raises:
        PermanentError: `command.too_large`.
    """
    size = len(command.model_dump_json().encode())
    if size > MOST_OF_COMMAND:
        raise PermanentError(
            "command.too_large",
            f"The command {command.kind} has {size} bytes; a case takes one of {MOST_OF_COMMAND}.",
            remedy="Give it in several commands, or shorten its texts.",
        )


def _may_pass(error: RPCError) -> bool:
    # While Temporal tries a failed workflow task again (a worker died, a task ran out of time), it refuses
    # updates as a failed precondition.
    return is_transient(error) or error.status == RPCStatusCode.FAILED_PRECONDITION
