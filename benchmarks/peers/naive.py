"""The naive design: an activity a write, a timer a deadline, a child workflow a step."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from benchmarks.peers.work import STEPS, Command, Dispatch, Row

CASE_DEADLINES = (timedelta(days=15), timedelta(days=24), timedelta(days=30))
STEP_DEADLINES = (timedelta(days=2), timedelta(days=6), timedelta(days=10), timedelta(days=12))
"""As many as our escalation policy has: two reminders, the deadline, and for a step its acknowledgement."""


class _Writing:
    """Shared by parent and children: writes by activity, and timers that are cancelled."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._seq = 0

    async def write(self, content: str) -> None:
        self._seq += 1
        row = Row(self._key, self._seq, content)
        await workflow.execute_activity("write_row", row, start_to_close_timeout=timedelta(seconds=10))

    def deadlines(self, terms: tuple[timedelta, ...]) -> "list[asyncio.Task[None]]":
        return [asyncio.create_task(self._deadline(term)) for term in terms]

    async def _deadline(self, term: timedelta) -> None:
        await workflow.sleep(term)
        await self.write("escalated")


@workflow.defn(name="NaiveCase", sandboxed=False)
class NaiveCase:
    """The parent: one child a step; it passes each signal on to its child."""

    def __init__(self) -> None:
        self._appeals: list[Command] = []
        self._statuses: list[Command] = []

    @workflow.signal
    def submit(self, command: Command) -> None:
        """Take a command."""
        (self._statuses if command.step else self._appeals).append(command)

    @workflow.run
    async def run(self, case_id: str) -> str:
        """Run until the last child has ended."""
        await workflow.wait_condition(lambda: bool(self._appeals))
        writing = _Writing(case_id)
        content = self._appeals[0].content
        await writing.write(content)
        timers = writing.deadlines(CASE_DEADLINES)
        for step, agency in STEPS:
            child = await workflow.start_child_workflow(
                NaiveStep.run,
                Dispatch(case_id, step, agency, content),
                id=f"{case_id}/{step}",
            )
            await self._pass_on(child)
            await child
            await writing.write(f"{step} ended")
        for timer in timers:
            timer.cancel()
        await writing.write("answered")
        return "answered"

    async def _pass_on(self, child: "workflow.ChildWorkflowHandle[NaiveStep, None]") -> None:
        status = ""
        while status != "fulfilled":
            await workflow.wait_condition(lambda: bool(self._statuses))
            command = self._statuses.pop(0)
            status = command.status
            await child.signal(NaiveStep.report, command)


@workflow.defn(name="NaiveStep", sandboxed=False)
class NaiveStep:
    """The child: sends its assignment, writes each status, and waits for the end."""

    def __init__(self) -> None:
        self._statuses: list[Command] = []

    @workflow.signal
    def report(self, command: Command) -> None:
        """Take a status."""
        self._statuses.append(command)

    @workflow.run
    async def run(self, dispatch: Dispatch) -> None:
        """Run until the agency did its part."""
        writing = _Writing(f"{dispatch.case_id}/{dispatch.step}")
        timers = writing.deadlines(STEP_DEADLINES)
        reference = await workflow.execute_activity(
            "dispatch_for_peers",
            dispatch,
            task_queue=f"agency.{dispatch.agency_id}",
            result_type=str,
            start_to_close_timeout=timedelta(seconds=30),
        )
        await writing.write(reference)
        status = ""
        while status != "fulfilled":
            await workflow.wait_condition(lambda: bool(self._statuses))
            command = self._statuses.pop(0)
            status = command.status
            await writing.write(command.content)
        for timer in timers:
            timer.cancel()
