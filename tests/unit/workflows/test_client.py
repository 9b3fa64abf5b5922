"""The client asks again while the case's worker stumbles, and says so plainly when no answer comes."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from kit.clock import Clock
from kit.errors import TransientError
from tests.builders import PARALLEL, RULES, appeal, place
from workflows.client import CaseClient
from workflows.contracts import CommandOutcome

NOT_READY = RPCError("Workflow Task in failed state", RPCStatusCode.FAILED_PRECONDITION, b"")
FORBIDDEN = RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")
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


async def test_a_stumbling_case_is_asked_again_with_the_same_command() -> None:
    server = _Scripted(NOT_READY, RPCError("away", RPCStatusCode.UNAVAILABLE, b""), ACCEPTED)
    assert await _give(server) == ACCEPTED
    assert server.ids == ["place/t1.triage"] * 3


async def test_no_answer_in_time_is_a_transient_error() -> None:
    with pytest.raises(TransientError) as raised:
        await _give(_Scripted(NOT_READY), seconds=0.2)
    assert raised.value.code == "case.no_answer"


async def test_what_temporal_refuses_for_good_is_not_tried_again() -> None:
    server = _Scripted(FORBIDDEN, ACCEPTED)
    with pytest.raises(RPCError):
        await _give(server)
    assert len(server.ids) == 1
