"""What comes back from the ledger is folded as it stands there, and read only where it was not proposed."""

import json

from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.shell.recording import RecordResult, result_of, standing
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
