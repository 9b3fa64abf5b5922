"""What comes back from the ledger is folded as it stands there, and read only where it was not proposed."""

import json

from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    appeal,
    by,
    later,
    passport,
    placement,
    receive,
    report,
    step,
)
from workflows.case.commands import AnyCommand, MigrateTrack
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.shell.recording import RecordInput, RecordResult, record_input, result_of, standing
from workflows.case.state import CaseState


def _process_batch(hours: float = 0):
    state = CaseState(case_id=appeal().case_id)
    return decide_all(state, [receive(SEQUENTIAL)], later(hours), RULES)


def _through_temporal(result: RecordResult) -> RecordResult:
    return RecordResult.model_validate_json(json.dumps(result.model_dump()))


def test_what_was_proposed_is_not_read_again():
    proposed = _process_batch()
    assert standing(_through_temporal(result_of(proposed, adopted=False)), proposed) is proposed


def test_what_stands_instead_of_what_was_proposed_is_what_counts():
    stood, proposed = _process_batch(), _process_batch(hours=1)
    found = standing(_through_temporal(result_of(stood, adopted=True)), proposed)
    assert [event.hash for event in found] == [event.hash for event in stood]
    empty = CaseState(case_id=appeal().case_id)
    assert fold(empty, found).model_dump(mode="json") == fold(empty, stood).model_dump(mode="json")


def test_a_longer_history_than_was_proposed_is_read():
    stood = _process_batch()
    assert len(standing(_through_temporal(result_of(stood, adopted=True)), stood[:1])) == len(stood)


def _recorded(before: CaseState, command: AnyCommand) -> tuple[RecordInput, CaseState]:
    proposed = decide_all(before, [command], later(9), RULES)
    after = fold(before, proposed)
    return record_input(before, after, proposed), after


def _steps(batch: RecordInput) -> list[str]:
    return [row["step"] for row in batch.steps]


def test_the_rows_that_a_batch_changes_are_written_and_no_others():
    empty = CaseState(case_id=appeal().case_id)
    opened, state = _recorded(empty, receive(SEQUENTIAL, PARALLEL))
    assert [row["track"] for row in opened.tracks] == ["t1", "t2"]
    assert _steps(opened) == ["t1.examine", "t1.decide", "t2.social", "t2.medical"]
    acknowledged, state = _recorded(state, report("t2.medical", "acknowledged"))
    assert (acknowledged.tracks, _steps(acknowledged), acknowledged.gone) == ((), ["t2.medical"], ())
    ended, _ = _recorded(state, report("t1.examine", "refused"))
    assert ([row["track"] for row in ended.tracks], _steps(ended)) == (["t1"], ["t1.examine", "t1.decide"])


def test_the_rows_arrive_in_the_activity_as_they_were_made():
    batch, state = _recorded(CaseState(case_id=appeal().case_id), receive(SEQUENTIAL))
    arrived = RecordInput.model_validate_json(batch.model_dump_json())
    assert arrived.case == case_row(state, None)
    assert arrived.steps == tuple(step_rows(state))
    assert arrived.tracks == tuple(track_rows(state))


def test_nothing_proposed_has_no_rows():
    state = CaseState(case_id=appeal().case_id)
    assert record_input(state, state, ()).case is None


def test_the_rows_of_steps_that_a_migrated_track_has_no_more_go():
    empty = CaseState(case_id=appeal().case_id)
    _, before = _recorded(empty, receive(SEQUENTIAL, PARALLEL))
    shorter = passport("disability-assessment", step("examine", "moh"), step("pay", "mod", "examine"))
    shorter = shorter.model_copy(update={"version": "disability-assessment-2"})
    move = MigrateTrack(**by(STAFF, "move", 3), track="t1", placement=placement(shorter))
    batch, _ = _recorded(before, move)
    assert (_steps(batch), batch.gone) == (["t1.pay"], ("t1.decide",))
    assert RecordInput.model_validate_json(batch.model_dump_json()).gone == ("t1.decide",)
