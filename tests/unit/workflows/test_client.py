"""The client signals to a case that runs and starts one that does not; it asks again while the case's worker

stumbles, and says so plainly when no answer comes.
"""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from kit.clock import Clock
from kit.errors import PermanentError, TransientError
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, appeal, by, place, receive, report
from workflows.case.commands import AnyCommand, CommandOutcome, ProvideInformation
from workflows.case.contracts import CaseInput
from workflows.case.limits import MOST_OF_COMMAND
from workflows.client import CaseClient, check_size

NOT_READY = RPCError("Workflow Task in failed state", RPCStatusCode.FAILED_PRECONDITION, b"")
FORBIDDEN = RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")
NOTHING_RUNS = RPCError("workflow execution already completed", RPCStatusCode.NOT_FOUND, b"")
ACCEPTED = CommandOutcome(accepted=True)


class _Scripted:
    """Answers as it is told to, the last answer for ever: what no real server fails with on demand."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.ids: list[str] = []

    async def execute_update_with_start_workflow(
        self, *_: Any, id: str, start_workflow_operation: Any, **__: Any
    ) -> Any:
        self.ids.append(id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            start_workflow_operation._workflow_handle.set_exception(answer)
            raise answer
        return answer


async def _give(server: _Scripted, seconds: float = 30) -> CommandOutcome:
    client = CaseClient(server, lambda now: RULES, Clock())  # type: ignore[arg-type]
    return await client.execute(
        appeal().case_id, place("t1.triage", PARALLEL), timeout=timedelta(seconds=seconds)
    )


async def test_a_stumbling_case_is_given_the_same_command_again() -> None:
    server = _Scripted(NOT_READY, RPCError("away", RPCStatusCode.UNAVAILABLE, b""), ACCEPTED)
    assert await _give(server) == ACCEPTED
    assert len(server.ids) == 3 and len(set(server.ids)) == 1


async def test_another_command_of_one_id_is_another_update():
    """Temporal answers an update whose id it knows from memory, whatever it says."""
    server = _Scripted(ACCEPTED)
    client = CaseClient(server, lambda now: RULES, Clock())  # type: ignore[arg-type]
    for command in (place("t1.triage", PARALLEL), place("t1.triage", SEQUENTIAL)):
        await client.execute(appeal().case_id, command)
    assert len(set(server.ids)) == 2


async def test_no_answer_in_time_is_a_transient_error() -> None:
    with pytest.raises(TransientError) as raised:
        await _give(_Scripted(NOT_READY), seconds=0.2)
    assert raised.value.code == "case.no_answer"


async def test_what_temporal_refuses_for_good_is_not_tried_again() -> None:
    server = _Scripted(FORBIDDEN, ACCEPTED)
    with pytest.raises(RPCError):
        await _give(server)
    assert len(server.ids) == 1


class _Running:
    """A server on which the case runs, or does not, or that answers a signal with `trouble`."""

    def __init__(self, runs: bool, trouble: RPCError = NOTHING_RUNS) -> None:
        self.runs, self.trouble = runs, trouble
        self.signalled: list[str] = []
        self.started: list[tuple[str, CaseInput]] = []

    def get_workflow_handle(self, workflow_id: str) -> "_Running":
        return self

    async def signal(self, name: str, command: AnyCommand) -> None:
        if not self.runs:
            raise self.trouble
        self.signalled.append(command.id)

    async def start_workflow(
        self, name: str, start: CaseInput, *, start_signal_args: list[AnyCommand], **_: Any
    ) -> None:
        self.started.append((start_signal_args[0].id, start))


async def _submit(server: _Running, command: AnyCommand) -> None:
    await CaseClient(server, lambda now: RULES, Clock()).submit(appeal().case_id, command)  # type: ignore[arg-type]


async def test_a_status_is_signalled_to_the_running_case_without_the_rules() -> None:
    server = _Running(runs=True)
    command = report("t1.examine", "fulfilled")
    await _submit(server, command)
    assert (server.signalled, server.started) == ([command.id], [])


async def test_a_status_of_a_case_that_does_not_run_starts_it_with_the_rules() -> None:
    server = _Running(runs=False)
    command = report("t1.examine", "fulfilled")
    await _submit(server, command)
    assert [(id_, start.rules) for id_, start in server.started] == [(command.id, RULES)]


async def test_an_appeal_starts_or_joins_in_one_request() -> None:
    server = _Running(runs=True)
    await _submit(server, receive(SEQUENTIAL))
    assert not server.signalled
    assert len(server.started) == 1


async def test_a_signal_that_temporal_refuses_starts_nothing() -> None:
    server = _Running(runs=False, trouble=FORBIDDEN)
    with pytest.raises(RPCError):
        await _submit(server, report("t1.examine", "fulfilled"))
    assert not server.started


def _with_size(size: int) -> AnyCommand:
    """A command whose JSON has so many bytes."""
    command = ProvideInformation(**by(STAFF, "gave", 1), step="", sealed="s")
    return command.model_copy(update={"step": "t" * (size - len(command.model_dump_json()))})


def test_a_command_as_large_as_temporal_takes_it_and_no_larger() -> None:
    check_size(_with_size(MOST_OF_COMMAND))
    with pytest.raises(PermanentError) as refused:
        check_size(_with_size(MOST_OF_COMMAND + 1))
    assert refused.value.code == "command.too_large"
    assert "ttt" not in str(refused.value)


@pytest.mark.parametrize("way", ["execute", "submit"])
async def test_what_temporal_would_never_take_is_not_sent_to_it(way: str) -> None:
    server = _Scripted(ACCEPTED)
    client = CaseClient(server, lambda now: RULES, Clock())  # type: ignore[arg-type]
    with pytest.raises(PermanentError, match=r"command\.too_large"):
        await getattr(client, way)(appeal().case_id, _with_size(MOST_OF_COMMAND + 1))
    assert server.ids == []
