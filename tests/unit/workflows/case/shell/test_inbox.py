"""What the shell does with commands that came in: real batches, with a ledger that takes what is proposed."""

import asyncio

from tests.builders import MONDAY, PARALLEL, RULES, SEQUENTIAL, appeal, later, receive
from tests.case import Case
from tests.unit.workflows.case.test_command_identity import TRACK_1, TRACK_2
from workflows.case.command_identity import OTHER_COMMAND
from workflows.case.commands import AnyCommand
from workflows.case.contracts import CaseInput
from workflows.case.shell.metrics import NOT_TAKEN
from workflows.case.shell.recording import RecordResult, result_of
from workflows.case.shell.workflow import CaseWorkflow
from workflows.case.state import CaseState


class Shell(CaseWorkflow):
    """The shell without Temporal: a batch is the real one, the ledger takes everything, nothing is sent."""

    def __init__(self, state: CaseState | None = None) -> None:
        super().__init__(CaseInput(case_id=appeal().case_id, rules=RULES, state=state))
        self.now = MONDAY

    def batch(self, *commands: AnyCommand) -> "Shell":
        for command in commands:
            self.submit(command)
        asyncio.run(self._process_batch())
        return self

    @property
    def state(self) -> CaseState:
        return self._state

    @property
    def inbox(self) -> list[str]:
        return [command.id for command in self._inbox]

    def _now(self):
        return self.now

    def _follow(self) -> None:
        pass

    async def _record(self, proposed) -> RecordResult:
        return result_of(proposed, adopted=False)


def _counted(code: str) -> float:
    return NOT_TAKEN.labels(code=code)._value.get()


def test_another_command_under_a_known_id_is_counted_and_changes_nothing():
    state = Case().take(receive(SEQUENTIAL, PARALLEL)).take(TRACK_1).state
    before = _counted(OTHER_COMMAND.code)
    shell = Shell(state).batch(TRACK_2)
    assert (shell.state, shell.inbox) == (state, [])
    assert _counted(OTHER_COMMAND.code) == before + 1


def test_a_repeated_command_is_not_counted():
    state = Case().take(receive(SEQUENTIAL, PARALLEL)).take(TRACK_1).state
    before = _counted(OTHER_COMMAND.code)
    Shell(state).batch(TRACK_1.model_copy(update={"received_at": later(8)}))
    assert _counted(OTHER_COMMAND.code) == before


def test_of_two_commands_of_one_id_that_come_together_the_first_is_done():
    before = _counted(OTHER_COMMAND.code)
    shell = Shell(Case().take(receive(SEQUENTIAL, PARALLEL)).state).batch(TRACK_1, TRACK_2)
    withdrawn = {track.key: track.withdrawn for track in shell.state.tracks}
    assert withdrawn == {"t1": True, "t2": False}
    assert _counted(OTHER_COMMAND.code) == before + 1
