"""The thin Temporal shell around the case: one loop, one timer, one local activity a batch.

`decide` decides and `evolve` folds. Here commands come in, batches are recorded, outcomes go out, assignments
are sent, and the timer of the earliest deadline runs.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from schemas.case_events import RecordedEvent
from workflows.case.clocks import Timer, next_timer
from workflows.case.command_identity import OTHER_COMMAND, outcome_of, unseen
from workflows.case.commands import AnyCommand, CommandOutcome, FireTimer, ReviseCalendar
from workflows.case.contracts import CASE_WORKFLOW, EXECUTE_UPDATE, SUBMIT_SIGNAL, CaseInput
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.shell.batches import TOO_MANY_COMMANDS, decide_batch, too_many
from workflows.case.shell.metrics import name_not_taken
from workflows.case.shell.recording import RECORD_ACTIVITY, RecordResult, record_input, standing
from workflows.case.shell.sending import Sending
from workflows.case.shell.waiting import Waiting
from workflows.case.state import CaseState

_RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=4,
    maximum_interval=timedelta(seconds=20),
)
_PAUSE_AFTER_REFUSAL = timedelta(seconds=20)
"""Before a batch that the ledger refused is tried again."""

_UNKNOWN_CASE = CommandOutcome(
    accepted=False,
    code="case.unknown",
    allowed="There is no such case: check the case id, or submit the appeal.",
)


@workflow.defn(name=CASE_WORKFLOW, sandboxed=False)
class CaseWorkflow:
    """The work of answering one or more appeals of one applicant.

    It runs outside the SDK's sandbox: tests hold that it reads nothing but its input (ADR 17).
    """

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        self._rules = start.rules
        self._clock = start.clock
        self._state = start.state or CaseState(case_id=start.case_id)
        self._inbox: list[AnyCommand] = list(start.inbox)
        self._waiting = Waiting(start.waiting_since, timedelta(seconds=start.waiting_limit))
        self._asked: set[str] = set()
        self._refused: set[str] = set()
        self._unknown = False
        self._resumed = start.state is not None
        self._history_limit = start.history_limit
        self._timer_spread = timedelta(seconds=start.timer_spread)
        self._timer: asyncio.Task[None] | None = None
        self._armed_for: datetime | None = None
        self._sending = Sending(self._state, self._rules, self._clock, self._report)

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        """Run until the case is answered; return its outcome. The ledger has the rest."""
        if start.state is not None:  # carried over: wait for what the last run waited for
            self._follow()
        while True:
            await self._wait_for_work()
            await self._process_batch()
            if self._at_end():
                await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
                if not self._inbox:
                    return self._end()
            if self._history_is_long():
                # An update that this batch answered ends after it; one that came since needs a batch first.
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
        self._asked.add(command.id)
        self._inbox.append(command)
        await workflow.wait_condition(lambda: self._is_answered(command))
        self._asked.discard(command.id)
        if command.id in self._refused:
            self._refused.discard(command.id)
            return TOO_MANY_COMMANDS
        return outcome_of(self._state, command) or _UNKNOWN_CASE

    def _report(self, command: AnyCommand) -> None:
        self._inbox.append(command)

    def _is_answered(self, command: AnyCommand) -> bool:
        left = self._unknown and all(command.id != waiting.id for waiting in self._inbox)
        return left or command.id in self._state.seen or command.id in self._refused

    async def _wait_for_work(self) -> None:
        """Wait for a command that can be decided, for the end of a command's waiting, or of the case."""
        end = self._waiting.next_end()
        wait = None if end is None else self._clock.wait(self._now(), end) + timedelta(milliseconds=1)
        try:
            await workflow.wait_condition(
                lambda: self._waiting.has_work(self._state, self._inbox) or self._at_end(), timeout=wait
            )
        except TimeoutError:
            return  # a command has waited long enough

    async def _process_batch(self) -> None:
        """Decide what came in, record it, fold what stands in the ledger, let the effects follow."""
        batch, self._inbox = self._inbox, []
        fresh, others = unseen(self._state, batch)
        if others:
            name_not_taken(OTHER_COMMAND.code, others)
        fresh = self._without_too_many(fresh)
        waiting = self._that_wait(fresh)
        ready = [command for command in fresh if command not in waiting]
        proposed, left = self._decide(ready)
        if proposed or (fresh and self._state.seq == 0):
            stored = await self._record(proposed)
            if stored is None:
                self._inbox = [*fresh, *self._inbox]
                return
            self._state = fold(self._state, standing(stored, proposed))
            self._take_calendar(fresh)
            if stored.adopted:
                self._resumed = True
                self._inbox = [*unseen(self._state, fresh)[0], *self._inbox]
                waiting, left = (), ()
        self._inbox = [*left, *self._inbox]
        self._unknown = self._state.seq == 0
        self._let_wait(waiting, ready)
        self._follow()

    def _without_too_many(self, fresh: tuple[AnyCommand, ...]) -> tuple[AnyCommand, ...]:
        """Those that the case still takes; who asked for the outcome of another hears why not."""
        refused = too_many(self._state, fresh)
        if not refused or not _patched("a-case-takes-so-many-commands"):
            return fresh
        ids = {command.id for command in refused}
        self._refused |= ids & self._asked
        if unasked := [command for command in refused if command.id not in self._asked]:
            name_not_taken(TOO_MANY_COMMANDS.code, unasked)
        return tuple(command for command in fresh if command.id not in ids)

    def _decide(
        self, ready: Sequence[AnyCommand]
    ) -> tuple[tuple[RecordedEvent, ...], tuple[AnyCommand, ...]]:
        """The batch's events, and what is left where all of it is too large for one batch."""
        proposed, left = decide_batch(self._state, ready, self._now(), self._rules)
        if left and not _patched("a-batch-is-bounded"):
            return decide_all(self._state, ready, self._now(), self._rules), ()
        return proposed, left

    def _that_wait(self, fresh: Sequence[AnyCommand]) -> tuple[AnyCommand, ...]:
        """Those whose cause has not come. Nothing waits in a history that was begun before anything did."""
        waiting = self._waiting.among(self._state, fresh, self._now())
        is_unread = len(waiting) == len(fresh) and self._state.seq == 0  # what can be in the ledger
        return waiting if not waiting or is_unread or _may_wait() else ()

    def _let_wait(self, waiting: Sequence[AnyCommand], ready: Sequence[AnyCommand]) -> None:
        """Keep in the inbox what waits; but whoever asked for an outcome hears that there is no such case."""
        if self._unknown:
            waiting = [command for command in waiting if command.id not in self._asked]
            not_taken = [command for command in ready if command.id not in self._asked]
            if waiting and not _may_wait():
                waiting, not_taken = (), [*waiting, *not_taken]
            if not_taken:
                name_not_taken(_UNKNOWN_CASE.code, not_taken)
        self._waiting.keep(waiting, self._now())
        self._inbox = [*waiting, *self._inbox]

    async def _record(self, proposed: tuple[RecordedEvent, ...]) -> RecordResult | None:
        """The batch's events as they stand in the ledger; None when the ledger refused: try again."""
        batch = record_input(self._state, fold(self._state, proposed), proposed)
        try:
            result: RecordResult = await workflow.execute_local_activity(
                RECORD_ACTIVITY,
                batch,
                result_type=RecordResult,
                start_to_close_timeout=timedelta(seconds=2),
                local_retry_threshold=timedelta(seconds=2),
                retry_policy=_RECORD_RETRY,
            )
            return result
        except FailureError as error:
            workflow.logger.error("ledger refused the batch", extra={"error": str(error.cause or error)})
            await workflow.sleep(_PAUSE_AFTER_REFUSAL)
            return None

    def _take_calendar(self, commands: Sequence[AnyCommand]) -> None:
        """Keep a calendar whose revision was accepted, for this run and those that follow."""
        for command in commands:
            if isinstance(command, ReviseCalendar) and self._accepted(command):
                self._rules = self._rules.model_copy(update={"calendar": command.calendar})

    def _accepted(self, command: AnyCommand) -> bool:
        outcome = self._state.seen.get(command.id)
        return outcome is not None and outcome.accepted

    def _follow(self) -> None:
        """Let the effects of the state follow: send what is to be sent, and set the timer."""
        self._sending.follow(self._state, self._rules, after_another=self._resumed)
        self._arm()

    def _arm(self) -> None:
        """Set the one timer to the earliest deadline; replace it only when that moves earlier."""
        timer = next_timer(self._state, self._timer_spread)
        if timer is None or (self._armed_for is not None and self._armed_for <= timer.fires_at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for = timer.fires_at
        self._timer = asyncio.create_task(self._wait_for(timer))

    async def _wait_for(self, timer: Timer) -> None:
        while self._now() < timer.fires_at:
            wait = self._clock.wait(self._now(), timer.fires_at) + timedelta(milliseconds=1)
            await workflow.sleep(wait, summary="deadline")
        self._timer, self._armed_for = None, None
        identity = f"timer/{self._state.seq}/{timer.due_at.isoformat()}"
        self._inbox.append(FireTimer(id=identity, received_at=timer.due_at))

    def _at_end(self) -> bool:
        is_over = self._state.ended and not self._state.unsent
        return not self._inbox and (self._unknown or is_over)

    def _end(self) -> str:
        return _UNKNOWN_CASE.code if self._unknown else self._state.outcome or self._state.status

    def _history_is_long(self) -> bool:
        info = workflow.info()
        is_long = (
            info.is_continue_as_new_suggested() or info.get_current_history_length() > self._history_limit
        )
        # A hand-over is as large as the rest of the state: both together are not carried over.
        return is_long and not (self._state.hand_overs and _patched("a-hand-over-is-delivered-first"))

    def _continue_as_new(self, start: CaseInput) -> NoReturn:
        self._sending.stop()
        start = start.model_copy(update={"rules": self._rules})
        carried = {"state": self._state, "inbox": tuple(self._inbox), "waiting_since": self._waiting.since}
        workflow.continue_as_new(start.model_copy(update=carried))

    def _now(self) -> datetime:
        return self._clock.at(workflow.now())


def _may_wait() -> bool:
    """Whether this run lets commands wait: its history may have been begun when none did."""
    return _patched("commands-wait-for-their-cause")


def _patched(change: str) -> bool:
    return not workflow.in_workflow() or workflow.patched(change)
