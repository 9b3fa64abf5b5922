"""Sends what a case has to send, by its state: assignments, messages to agencies, hand-overs of tracks.

It runs in the workflow. Each is sent once, by an activity, whose end is a command to the case like any other.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from kit.clock import Clock
from schemas.actors import SYSTEM
from schemas.frozen import AgencyId
from schemas.hand_over_events import HandOver
from workflows.case.commands import (
    AnyCommand,
    ReportDispatch,
    ReportHandOver,
    ReportMessage,
    TakeOverTracks,
)
from workflows.case.contracts import (
    DISPATCH_ACTIVITY,
    HAND_OVER_ACTIVITY,
    MESSAGE_ACTIVITY,
    Delivery,
    HandOverDelivery,
    agency_task_queue,
)
from workflows.case.outgoing import agency_message_of, assignment_of, is_to_be_sent
from workflows.case.rules import Rules
from workflows.case.state import CaseState, MessageState, StepState

_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=30),
)
_GROUP = timedelta(minutes=5)
_ATTEMPT = timedelta(seconds=30)

_Tasks = dict[Hashable, asyncio.Task[None]]
_Begin = Callable[[], Coroutine[Any, Any, None]]


class Sending:
    """What one run of a case is sending. `report` takes the command that says how each sending ended."""

    def __init__(
        self, state: CaseState, rules: Rules, clock: Clock, report: Callable[[AnyCommand], None]
    ) -> None:
        self._state = state
        self._rules = rules
        self._clock = clock
        self._report = report
        self._after_another = False
        self._dispatches: _Tasks = {}
        self._messages: _Tasks = {}
        self._hand_overs: _Tasks = {}

    def follow(self, state: CaseState, rules: Rules, *, after_another: bool) -> None:
        """Send what `state` has to send and is not on its way; give up what it need not send any more.

        `after_another`: another run may have sent the same, so look it up before sending.
        """
        self._state, self._rules, self._after_another = state, rules, after_another
        self._keep(
            self._dispatches,
            {
                (step.key, step.attempt, step.group): partial(self._dispatch, step)
                for step in state.steps
                if is_to_be_sent(step)
            },
        )
        self._keep(
            self._messages,
            {(message.id, message.group): partial(self._send, message) for message in state.messages},
        )
        self._keep(
            self._hand_overs, {given.id: partial(self._hand_over, given) for given in state.hand_overs}
        )

    def stop(self) -> None:
        """Give up all that is on its way; the next run sends it."""
        for task in (*self._dispatches.values(), *self._messages.values(), *self._hand_overs.values()):
            task.cancel()

    def _keep(self, tasks: _Tasks, wanted: Mapping[Hashable, _Begin]) -> None:
        """Keep one sending for each thing that is wanted, and no other."""
        for key in [key for key in tasks if key not in wanted]:
            tasks.pop(key).cancel()
        for key, sending in wanted.items():
            if key not in tasks:
                tasks[key] = asyncio.create_task(sending())

    async def _dispatch(self, step: StepState) -> None:
        """One group of attempts to deliver an assignment to its agency."""
        await self._wait_for(step.agency_id, step.group)
        command = ReportDispatch(
            id=f"dispatch/{step.key}/{step.attempt}/{step.group}",
            actor=SYSTEM,
            received_at=self._now(),
            step=step.key,
            attempt=step.attempt,
            group=step.group,
        )
        assignment = assignment_of(self._state, step, self._clock, self._group(step.group))
        if assignment is None:
            raise ApplicationError(f"step {step.key} has no passport", type="case.no_passport")
        try:
            delivery = await _try(
                DISPATCH_ACTIVITY, assignment, step.agency_id, Delivery, summary=f"{step.key}/{step.attempt}"
            )
            outcome = {"reference": delivery.reference, "acknowledgement": delivery.acknowledgement}
        except ActivityError as error:
            outcome = {"error_code": _error_code(error)}
        self._report(command.model_copy(update={**outcome, "received_at": self._now()}))

    async def _send(self, message: MessageState) -> None:
        """One group of attempts to send an agency a message."""
        await self._wait_for(message.agency_id, message.group)
        command = ReportMessage(
            id=f"message/{message.id}/{message.group}",
            actor=SYSTEM,
            received_at=self._now(),
            message=message.id,
            group=message.group,
        )
        composed = agency_message_of(self._state, message, self._clock, self._group(message.group))
        try:
            await _try(MESSAGE_ACTIVITY, composed, message.agency_id, summary=message.id)
            outcome: dict[str, object] = {}
        except ActivityError as error:
            outcome = {"error_code": _error_code(error), "permanent": _is_permanent(error)}
        self._report(command.model_copy(update={**outcome, "received_at": self._now()}))

    async def _hand_over(self, hand_over: HandOver) -> None:
        """Deliver a hand-over to the other case, for as long as it takes."""
        delivery = HandOverDelivery(
            command=TakeOverTracks(
                id=f"hand_over/{hand_over.id}", actor=SYSTEM, received_at=self._now(), hand_over=hand_over
            ),
            rules=self._rules,
            clock=self._clock,
        )
        await workflow.execute_activity(
            HAND_OVER_ACTIVITY,
            delivery,
            start_to_close_timeout=_ATTEMPT,
            retry_policy=_RETRY,
            summary=f"hand-over to {hand_over.to_case}",
        )
        identity = f"hand_over/{hand_over.id}/delivered"
        self._report(
            ReportHandOver(id=identity, actor=SYSTEM, received_at=self._now(), hand_over=hand_over.id)
        )

    def _group(self, group: int) -> int:
        """From the second group on the adapter first looks up whether the agency has it already."""
        return max(group, 2) if self._after_another else group

    async def _wait_for(self, agency_id: AgencyId, group: int) -> None:
        """Wait for the pause before a further group, and for the end of the system's maintenance."""
        if group > 1:
            await workflow.sleep(min(_GROUP, timedelta(seconds=2**group)))
        while (until := self._rules.maintained_until(agency_id, self._now())) is not None:
            wait = self._clock.wait(self._now(), until) + timedelta(milliseconds=1)
            await workflow.sleep(wait, summary=f"maintenance of {agency_id}")

    def _now(self) -> datetime:
        return self._clock.at(workflow.now())


async def _try(
    activity: str, given: object, agency_id: AgencyId, result: type | None = None, *, summary: str
) -> Any:
    """Make one group of attempts on an agency's own task queue."""
    return await workflow.execute_activity(
        activity,
        given,
        result_type=result,
        task_queue=agency_task_queue(agency_id),
        schedule_to_close_timeout=_GROUP,
        start_to_close_timeout=_ATTEMPT,
        retry_policy=_RETRY,
        summary=summary,
    )


def _is_permanent(error: ActivityError) -> bool:
    cause = error.cause
    return isinstance(cause, ApplicationError) and cause.non_retryable


def _error_code(error: ActivityError) -> str:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return "dispatch.unreachable"
