"""The thin Temporal shell around the case: one loop, one timer, one local activity a turn.

Everything is decided in `decide` and folded by `evolve`; here commands come in, turns are recorded, answers
go out, assignments are sent and the earliest deadline is waited for.
"""

import asyncio
from datetime import datetime, timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from schemas.actors import SYSTEM
from schemas.case_events import RecordedEvent
from schemas.frozen import AgencyId
from schemas.hand_over_events import HandOver
from workflows.case.attachments import documents_of
from workflows.case.clocks import earliest
from workflows.case.commands import (
    AnyCommand,
    CommandOutcome,
    ReportDispatch,
    ReportHandOver,
    ReportMessage,
    ReviseCalendar,
    StrikeClock,
    TakeOverTracks,
)
from workflows.case.decide import decide_all
from workflows.case.evolve import fold
from workflows.case.progress import passport_step
from workflows.case.recording import RECORD_ACTIVITY, RecordResult, standing, turn_of
from workflows.case.rules import CENTRE
from workflows.case.state import CaseState, MessageState, StepState
from workflows.contracts import (
    CASE_WORKFLOW,
    DISPATCH_ACTIVITY,
    EXECUTE_UPDATE,
    HAND_OVER_ACTIVITY,
    MESSAGE_ACTIVITY,
    SUBMIT_SIGNAL,
    AgencyMessage,
    Assignment,
    CaseInput,
    Delivery,
    HandOverDelivery,
    agency_task_queue,
)

_RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=4,
    maximum_interval=timedelta(seconds=20),
)
_DISPATCH_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=30),
)
_DISPATCH_GROUP = timedelta(minutes=5)
_DISPATCH_ATTEMPT = timedelta(seconds=30)
_ALARM_PAUSE = timedelta(seconds=20)
_TELLS_AGENCIES = "agencies-are-told"
"""Cases that began before agencies were told of recalls go on without."""

_UNKNOWN_CASE = CommandOutcome(
    accepted=False, code="case.unknown", allowed="No such case: check the case id, or send the appeal in."
)


@workflow.defn(name=CASE_WORKFLOW, sandboxed=False)
class CaseWorkflow:
    """Answers one or more appeals of one applicant on one matter.

    It runs outside the SDK's sandbox: tests hold that it looks at nothing but its input (ADR 17).
    """

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        self._rules = start.rules
        self._clock = start.clock
        self._state = start.state or CaseState(case_id=start.case_id)
        self._inbox: list[AnyCommand] = list(start.inbox)
        self._unknown = False
        self._resumed = start.state is not None
        self._history_limit = start.history_limit
        self._timer: asyncio.Task[None] | None = None
        self._armed_for: datetime | None = None
        self._dispatches: dict[tuple[str, int, int], asyncio.Task[None]] = {}
        self._messages: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._hand_overs: dict[str, asyncio.Task[None]] = {}

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        """Run until the case is answered; returns its outcome. The ledger knows the rest."""
        if start.state is not None:  # carried over: what the last run was waiting for, this one waits for
            self._send()
            self._arm()
        while True:
            await workflow.wait_condition(lambda: bool(self._inbox) or self._at_end())
            await self._turn()
            if self._at_end():
                await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
                if not self._inbox:
                    return self._end()
            if self._history_is_long():
                # An update that this turn answered ends after it; one that came since wants a turn first.
                await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
                if workflow.all_handlers_finished():
                    self._continue_as_new(start)

    @workflow.signal(name=SUBMIT_SIGNAL)
    def submit(self, command: AnyCommand) -> None:
        """Take a command that needs no answer."""
        self._inbox.append(command)

    @workflow.update(name=EXECUTE_UPDATE)
    async def execute(self, command: AnyCommand) -> CommandOutcome:
        """Take a command and answer with its outcome, also a refusal."""
        self._inbox.append(command)
        await workflow.wait_condition(lambda: self._unknown or command.id in self._state.seen)
        return self._state.seen.get(command.id, _UNKNOWN_CASE)

    async def _turn(self) -> None:
        """Decide what came in, record it, evolve from what the ledger says, and let the effects follow."""
        batch, self._inbox = self._inbox, []
        fresh = self._unseen(batch)
        proposed = decide_all(self._state, fresh, self._now(), self._rules)
        if proposed or (fresh and self._state.seq == 0):
            stored = await self._record(proposed)
            if stored is None:
                self._inbox = fresh + self._inbox
                return
            self._state = fold(self._state, standing(stored, proposed))
            self._take_calendar(fresh)
            if stored.adopted:
                self._resumed = True
                self._inbox = self._unseen(fresh) + self._inbox
        self._unknown = self._state.seq == 0
        if self._unknown:
            causes = [command.id for command in fresh]
            workflow.logger.warning("a case that nobody opened was given commands", extra={"causes": causes})
        self._send()
        self._arm()

    def _unseen(self, commands: list[AnyCommand]) -> list[AnyCommand]:
        unique = {command.id: command for command in commands if command.id not in self._state.seen}
        return list(unique.values())

    async def _record(self, proposed: tuple[RecordedEvent, ...]) -> RecordResult | None:
        """The turn's events as they stand in the ledger; None when the ledger refused, to be tried again."""
        turn = turn_of(self._state, fold(self._state, proposed), proposed)
        try:
            result: RecordResult = await workflow.execute_local_activity(
                RECORD_ACTIVITY,
                turn,
                result_type=RecordResult,
                start_to_close_timeout=timedelta(seconds=2),
                local_retry_threshold=timedelta(seconds=2),
                retry_policy=_RECORD_RETRY,
            )
            return result
        except FailureError as error:
            workflow.logger.error("ledger refused the turn", extra={"error": str(error.cause or error)})
            await workflow.sleep(_ALARM_PAUSE)
            return None

    def _take_calendar(self, commands: list[AnyCommand]) -> None:
        """A calendar whose revision was accepted holds for the rest of this run, and those that follow."""
        for command in commands:
            if isinstance(command, ReviseCalendar) and self._accepted(command):
                self._rules = self._rules.model_copy(update={"calendar": command.calendar})

    def _accepted(self, command: AnyCommand) -> bool:
        outcome = self._state.seen.get(command.id)
        return outcome is not None and outcome.accepted

    def _send(self) -> None:
        self._send_assignments()
        if self._state.messages and workflow.patched(_TELLS_AGENCIES):
            self._send_messages()
        for hand_over in self._state.hand_overs:
            if hand_over.id not in self._hand_overs:
                self._hand_overs[hand_over.id] = asyncio.create_task(self._hand_over(hand_over))

    async def _hand_over(self, hand_over: HandOver) -> None:
        """Tell the other case until it was told; its end is a command like any other."""
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
            start_to_close_timeout=_DISPATCH_ATTEMPT,
            retry_policy=_DISPATCH_RETRY,
            summary=f"hand-over to {hand_over.to_case}",
        )
        told = f"hand_over/{hand_over.id}/told"
        self._inbox.append(
            ReportHandOver(id=told, actor=SYSTEM, received_at=self._now(), hand_over=hand_over.id)
        )

    def _send_messages(self) -> None:
        """One sending for each thing that an agency must still be told, and for no other."""
        wanted = {(message.id, message.group): message for message in self._state.messages}
        for key in [key for key in self._messages if key not in wanted]:
            self._messages.pop(key).cancel()
        for key, message in wanted.items():
            if key not in self._messages:
                self._messages[key] = asyncio.create_task(self._tell(message))

    async def _tell(self, message: MessageState) -> None:
        """One group of attempts; its end is a command like any other."""
        await self._pause_before(message.group)
        await self._wait_for_maintenance(message.agency_id)
        command = ReportMessage(
            id=f"message/{message.id}/{message.group}",
            actor=SYSTEM,
            received_at=self._now(),
            message=message.id,
            group=message.group,
        )
        try:
            await workflow.execute_activity(
                MESSAGE_ACTIVITY,
                self._agency_message(message),
                task_queue=agency_task_queue(message.agency_id),
                schedule_to_close_timeout=_DISPATCH_GROUP,
                start_to_close_timeout=_DISPATCH_ATTEMPT,
                retry_policy=_DISPATCH_RETRY,
                summary=message.id,
            )
            outcome: dict[str, object] = {}
        except ActivityError as error:
            outcome = {"error_code": _error_code(error), "permanent": _is_permanent(error)}
        self._inbox.append(command.model_copy(update={**outcome, "received_at": self._now()}))

    def _agency_message(self, message: MessageState) -> AgencyMessage:
        return AgencyMessage(
            case_id=self._state.case_id,
            message=message.id,
            kind=message.kind,
            step=message.step,
            attempt=message.attempt,
            group=max(message.group, 2) if self._resumed else message.group,
            agency_id=message.agency_id,
            sealed=message.sealed,
            documents=documents_of(self._state, message),
            clock=self._clock,
            traceparent=self._state.traceparent,
        )

    def _send_assignments(self) -> None:
        """One sending for each assignment that no agency's system has taken yet, and for no other."""
        wanted = {
            (step.key, step.attempt, step.group): step
            for step in self._state.steps
            if step.status == "dispatched" and step.reference is None and step.agency_id != CENTRE
        }
        for key in [key for key in self._dispatches if key not in wanted]:
            self._dispatches.pop(key).cancel()
        for key, step in wanted.items():
            if key not in self._dispatches:
                self._dispatches[key] = asyncio.create_task(self._dispatch(step))

    async def _dispatch(self, step: StepState) -> None:
        """One group of attempts; its end is a command like any other.

        A run that took over from another looks the assignment up first, as it would on a second group: the
        other's sending may have arrived.
        """
        await self._pause_before(step.group)
        await self._wait_for_maintenance(step.agency_id)
        command = ReportDispatch(
            id=f"dispatch/{step.key}/{step.attempt}/{step.group}",
            actor=SYSTEM,
            received_at=self._now(),
            step=step.key,
            attempt=step.attempt,
            group=step.group,
        )
        try:
            delivery = await workflow.execute_activity(
                DISPATCH_ACTIVITY,
                self._assignment(step),
                result_type=Delivery,
                task_queue=agency_task_queue(step.agency_id),
                schedule_to_close_timeout=_DISPATCH_GROUP,
                start_to_close_timeout=_DISPATCH_ATTEMPT,
                retry_policy=_DISPATCH_RETRY,
                summary=f"{step.key}/{step.attempt}",
            )
            outcome = {"reference": delivery.reference, "acknowledgement": delivery.acknowledgement}
        except ActivityError as error:
            outcome = {"error_code": _error_code(error)}
        self._inbox.append(command.model_copy(update={**outcome, "received_at": self._now()}))

    async def _pause_before(self, group: int) -> None:
        if group > 1:
            await workflow.sleep(min(_DISPATCH_GROUP, timedelta(seconds=2**group)))

    async def _wait_for_maintenance(self, agency_id: AgencyId) -> None:
        """Return when the body's system is not maintained; where the rules know of no window, at once."""
        while (until := self._rules.maintained_until(agency_id, self._now())) is not None:
            wait = self._clock.wait(self._now(), until) + timedelta(milliseconds=1)
            await workflow.sleep(wait, summary=f"maintenance of {agency_id}")

    def _assignment(self, step: StepState) -> Assignment:
        track = self._state.track(step.track)
        planned = passport_step(self._state, step)
        if track is None or track.passport is None or planned is None:
            raise ApplicationError(f"step {step.key} has no passport", type="case.no_passport")
        return Assignment(
            case_id=self._state.case_id,
            step=step.key,
            attempt=step.attempt,
            group=max(step.group, 2) if self._resumed else step.group,
            agency_id=step.agency_id,
            service=track.service,
            passport_version=track.passport.version,
            passport_step=planned,
            appeals=self._state.appeals,
            sealed=track.sealed,
            clock=self._clock,
            due_at=max(clock.due_at for clock in step.clocks).isoformat(),
            traceparent=self._state.traceparent,
        )

    def _arm(self) -> None:
        """Set the one timer to the earliest deadline; it is replaced only when that moves earlier."""
        due_at = earliest(self._state)
        if due_at is None or (self._armed_for is not None and self._armed_for <= due_at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for = due_at
        self._timer = asyncio.create_task(self._wait_until(due_at))

    async def _wait_until(self, due_at: datetime) -> None:
        while self._now() < due_at:
            await workflow.sleep(
                self._clock.wait(self._now(), due_at) + timedelta(milliseconds=1), summary="deadline"
            )
        self._timer, self._armed_for = None, None
        strike = f"clock/{self._state.seq}/{due_at.isoformat()}"
        self._inbox.append(StrikeClock(id=strike, received_at=due_at))

    def _at_end(self) -> bool:
        left = self._state.hand_overs or self._messages_wait()
        return not self._inbox and (self._unknown or (self._state.ended and not left))

    def _end(self) -> str:
        return _UNKNOWN_CASE.code if self._unknown else self._state.outcome or self._state.status

    def _messages_wait(self) -> bool:
        return bool(self._state.messages) and workflow.patched(_TELLS_AGENCIES)

    def _history_is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > self._history_limit

    def _continue_as_new(self, start: CaseInput) -> NoReturn:
        for task in (*self._dispatches.values(), *self._messages.values(), *self._hand_overs.values()):
            task.cancel()
        start = start.model_copy(update={"rules": self._rules})
        workflow.continue_as_new(start.model_copy(update={"state": self._state, "inbox": tuple(self._inbox)}))

    def _now(self) -> datetime:
        return self._clock.at(workflow.now())


def _is_permanent(error: ActivityError) -> bool:
    cause = error.cause
    return isinstance(cause, ApplicationError) and cause.non_retryable


def _error_code(error: ActivityError) -> str:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return "dispatch.unreachable"
