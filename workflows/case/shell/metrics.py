"""What the case logs and counts where a sender gets no answer: a signal cannot be refused."""

from collections.abc import Sequence

from prometheus_client import Counter
from temporalio import workflow

from workflows.case.commands import AnyCommand

NOT_TAKEN = Counter(
    "vahid_case_commands_not_taken",
    "Commands that no case took, by code: command_id.other_command, case.unknown, case.too_many_commands.",
    ["code"],
)


def name_not_taken(code: str, commands: Sequence[AnyCommand]) -> None:
    """Log and count commands for whose outcome nobody waits; once, also where the history is replayed."""
    if workflow.in_workflow():
        if workflow.unsafe.is_replaying():
            return
        causes = [command.id for command in commands]
        workflow.logger.warning("commands were not taken", extra={"code": code, "causes": causes})
    NOT_TAKEN.labels(code=code).inc(len(commands))
