"""`vahid bench`: the suites it offers, and the summaries of their measurements."""

import pytest
import typer

from benchmarks.answering import summary
from benchmarks.suites import SUITES
from vahid.commands import bench


def _round(per_second: float, worker: float) -> dict:
    return {"cases_per_second": per_second, "cpu_ms_a_case": {"worker": worker, "temporal": 10.0}}


def test_ratios_are_of_the_medians_and_above_1_where_ours_is_better():
    measured = {
        "ours": [_round(8, 30), _round(100, 1), _round(7, 40)],
        "bare": [_round(10, 10), _round(11, 10), _round(1, 10)],
        "naive": [_round(4, 90)],
    }
    found = summary(measured, 200)
    assert found["ours_to_bare"] == {"cases_per_second": 0.8, "cpu": 0.5}
    assert found["ours_to_naive"] == {"cases_per_second": 2.0, "cpu": 2.5}
    assert found["designs"]["ours"]["cpu_ms_a_case_in_all"] == 40.0


def test_a_nested_figure_is_shown_by_its_full_name():
    shown = dict(bench.rows({"a": {"b": 1.5, "c": [1, 2]}, "d": "x"}))
    assert shown == {"a · b": "1.5", "a · c": "1, 2", "d": "x"}


def test_an_unknown_suite_is_named_and_nothing_starts():
    with pytest.raises(typer.BadParameter, match="speed"):
        bench.bench(["speed"])


def test_the_command_offers_each_suite():
    assert tuple(SUITES) == bench.SUITES
