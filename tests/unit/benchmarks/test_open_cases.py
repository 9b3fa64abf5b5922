"""What is made of the measurements on open cases, and that their clock is set as it says."""

from datetime import timedelta

import pytest

from benchmarks import delivery, footprint
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


def test_what_grew_is_told_a_case():
    assert footprint.a_case({"temporal": 100.0}, {"temporal": 110.0}, 1024) == {"temporal": 10.0}


def test_holes_of_a_file_take_no_disk(tmp_path):
    with (tmp_path / "index").open("wb") as file:
        file.truncate(64 * footprint.MIB)
    (tmp_path / "log").write_bytes(b"x" * 2 * footprint.MIB)
    assert footprint.disk({"kafka": tmp_path})["kafka"] == pytest.approx(2, abs=0.5)


def test_a_case_is_due_after_the_given_wait():
    appeals = due_after(timedelta(minutes=10))
    state = CaseState(case_id=CASE)
    opened = fold(state, decide_all(state, [appeals.command(CASE)], appeals.clock.now(), appeals.rules))
    assert opened.head != GENESIS
    assert opened.clock is not None
    left = opened.clock.due_at - appeals.clock.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_delivery_is_compared_over_all_rounds_and_in_each():
    measured = {"ours": [[3.0, 3.0], [9.0, 9.0]], "raw": [[2.0, 2.0], [3.0, 3.0]]}
    found = delivery.summary(measured)
    assert found["turns_each_way"] == 4
    assert found["p50_each_round"] == [1.5, 3.0]
    assert found["ours_to_raw"]["p50"] == 2.4
