"""A bare Temporal workflow: the same signals, activities and commits in one loop, and no rules at all.

It has no decisions, deadlines, chain, read model or adoption. So it shows the cost of the platform alone.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow

from benchmarks.peers.work import STEPS, Command, Dispatch, Row


@dataclass
class _Progress:
    sent: int = 0
    done: set[str] = field(default_factory=set)


@workflow.defn(name="BareCase", sandboxed=False)
class BareCase:
    """Takes signals in batches: one local activity a batch, one dispatch a step."""

    def __init__(self) -> None:
        self._inbox: list[Command] = []
        self._progress = _Progress()
        self._seq = 0

    @workflow.signal
    def submit(self, command: Command) -> None:
        """Take a command."""
        self._inbox.append(command)

    @workflow.run
    async def run(self, case_id: str) -> str:
        """Run until the last step is fulfilled."""
        content = ""
        while len(self._progress.done) < len(STEPS):
            await workflow.wait_condition(lambda: bool(self._inbox))
            batch, self._inbox = self._inbox, []
            content = content or batch[0].content
            self._seq += 1
            await workflow.execute_local_activity(
                "write_row",
                Row(case_id, self._seq, "".join(command.content for command in batch)),
                start_to_close_timeout=timedelta(seconds=2),
            )
            self._progress.done |= {command.step for command in batch if command.status == "fulfilled"}
            if self._progress.sent == len(self._progress.done) < len(STEPS):
                self._send(case_id, content)
        return "answered"

    def _send(self, case_id: str, content: str) -> None:
        step, agency = STEPS[self._progress.sent]
        self._progress.sent += 1
        dispatched = workflow.start_activity(
            "dispatch_for_peers",
            Dispatch(case_id, step, agency, content),
            task_queue=f"agency.{agency}",
            result_type=str,
            start_to_close_timeout=timedelta(seconds=30),
        )
        dispatched.add_done_callback(
            lambda done: self._inbox.append(Command(f"dispatch/{step}", step, "delivered", done.result()))
        )
