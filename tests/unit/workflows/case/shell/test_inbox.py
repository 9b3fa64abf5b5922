"""What the shell does with commands that came in: real batches, with a ledger that takes what is proposed."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    CHANNEL,
    MONDAY,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    appeal,
    attachment,
    later,
    receive,
    report,
)
from tests.case import Case
from tests.unit.workflows.case.test_command_identity import TRACK_1, TRACK_2
from workflows.case.command_identity import OTHER_COMMAND
from workflows.case.commands import AddAttachment, AnyCommand
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


OWN = receive(SEQUENTIAL, at=MONDAY + timedelta(milliseconds=500))


def _document(of_appeal: int = 1, milliseconds: int = 300, **fields: object) -> AddAttachment:
    added = attachment(of_appeal, "card", MONDAY + timedelta(milliseconds=milliseconds))
    return AddAttachment(
        **{
            "id": f"attachment/{added.attachment_id}",
            "actor": CHANNEL,
            "received_at": added.received_at,
            "attachment": added,
            **fields,
        }
    )


def _outcomes(shell: Shell) -> dict[str, str]:
    return {cause: outcome.code for cause, outcome in shell.state.seen.items()}


@pytest.mark.parametrize("milliseconds", [300, 500, 700])
def test_a_document_of_an_appeal_in_its_batch_is_taken_whatever_the_clocks_say(milliseconds):
    document = _document(milliseconds=milliseconds)
    for batch in ((OWN, document), (document, OWN)):
        shell = Shell().batch(*batch)
        assert len(shell.state.attachments) == 1
        assert (_outcomes(shell)[document.id], shell.inbox) == ("accepted", [])


def test_a_document_that_comes_before_its_case_waits_for_it():
    shell = Shell().batch(_document())
    assert shell.inbox == [_document().id] and shell.state.seq == 0
    shell.batch(OWN)
    assert (_outcomes(shell)[_document().id], shell.inbox) == ("accepted", [])


def test_a_document_of_an_appeal_that_has_yet_to_join_waits_for_it():
    second = _document(of_appeal=2)
    shell = Shell().batch(OWN).batch(second)
    assert second.id not in shell.state.seen and shell.inbox == [second.id]
    shell.batch(receive(PARALLEL, number=2, at=later(1)))
    assert (_outcomes(shell)[second.id], shell.inbox) == ("accepted", [])


def test_whatever_comes_before_its_case_is_decided_when_that_is_opened():
    early = [report("t1.examine", "fulfilled", at=later(-1)), TRACK_1, _document()]
    shell = Shell().batch(*early)
    assert shell.inbox == [command.id for command in early]
    shell.batch(OWN)
    assert shell.inbox == [] and {command.id for command in early} <= set(shell.state.seen)


def test_a_document_whose_appeal_never_comes_is_refused_in_the_end():
    foreign = _document(of_appeal=2)
    shell = Shell().batch(OWN).batch(foreign)
    shell.now += timedelta(days=7)
    shell.batch()
    assert (_outcomes(shell)[foreign.id], shell.inbox) == ("attachment.foreign_appeal", [])


def test_a_case_that_nobody_opens_ends_and_names_what_it_did_not_take():
    before = _counted("case.unknown")
    shell = Shell().batch(_document())
    assert not shell._at_end()
    shell.now += timedelta(days=7)
    shell.batch()
    assert shell.inbox == [] and shell._at_end() and shell._end() == "case.unknown"
    assert _counted("case.unknown") == before + 1


def test_a_command_waits_its_own_time_whatever_comes_meanwhile():
    shell = Shell().batch(OWN).batch(_document(of_appeal=2))
    shell.now += timedelta(days=6)
    shell.batch(_document(of_appeal=3))
    shell.now += timedelta(days=1)
    shell.batch()
    assert shell.inbox == [_document(of_appeal=3).id]


def test_a_batch_with_a_command_that_waits_is_not_tried_until_something_new_comes():
    shell = Shell().batch(OWN).batch(_document(of_appeal=2))
    assert not shell._waiting.has_work(shell.state, shell._inbox)
    shell.submit(receive(PARALLEL, number=2, at=later(1)))
    assert shell._waiting.has_work(shell.state, shell._inbox)


async def test_who_asks_for_an_outcome_of_a_case_that_does_not_exist_has_one_at_once():
    shell = Shell()
    shell._asked.add(TRACK_1.id)
    shell.submit(TRACK_1)
    assert not shell._is_answered(TRACK_1)
    await shell._process_batch()
    assert shell._is_answered(TRACK_1) and shell.inbox == [] and shell._at_end()


@given(
    st.permutations(range(6)),
    st.lists(st.integers(1, 3), max_size=6),
    st.lists(st.integers(-9, 9), min_size=6),
)
def test_every_command_that_was_taken_has_its_outcome_or_is_in_the_inbox(order, sizes, skews):
    commands = [
        OWN,
        receive(PARALLEL, number=2, at=later(1)),
        _document(),
        _document(of_appeal=2),
        _document(of_appeal=3),
        TRACK_1,
    ]
    skewed = [commands[number].model_copy(update={"received_at": later(skews[number])}) for number in order]
    shell, taken = Shell(), set()
    for size in [*sizes, len(skewed)]:
        batch, skewed = skewed[:size], skewed[size:]
        shell.batch(*batch)
        taken |= {command.id for command in batch}
        assert taken == set(shell.state.seen) | set(shell.inbox)
    assert shell.inbox == [_document(of_appeal=3).id]
    assert len(shell.state.attachments) == 2
