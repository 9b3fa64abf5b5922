"""The summaries of the measurements on open cases, and the clock of these cases."""

from datetime import timedelta

from benchmarks.open_cases import cost_summary, due_after
from ledger.chain import GENESIS
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

CASE = "00000000-0000-0000-0000-000000000000"


def test_the_cost_ratio_is_of_the_medians_of_all_processes_with_most_to_fewest_open():
    few = [
        {"worker": 60.0, "temporal": 40.0},
        {"worker": 70.0, "temporal": 30.0},
        {"worker": 900.0, "temporal": 1.0},
    ]
    many = [{"worker": 70.0, "temporal": 40.0}] * 3
    found = cost_summary({10_000: many, 500: few})
    assert found["cpu_ms_a_case_in_all"] == {"10000": 110.0, "500": 100.0}
    assert found["ratio"] == 1.1
    assert found["cpu_ms_a_case"]["500"] == {"worker": 70.0, "temporal": 30.0}


def test_a_case_is_due_after_the_given_wait():
    appeals = due_after(timedelta(minutes=10))
    state = CaseState(case_id=CASE)
    opened = fold(state, decide_all(state, [appeals.command(CASE)], appeals.clock.now(), appeals.rules))
    assert opened.head != GENESIS
    assert opened.clock is not None
    left = opened.clock.due_at - appeals.clock.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
