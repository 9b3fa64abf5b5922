"""Percentiles and ratios."""

import pytest

from benchmarks.quantiles import percentile, ratios, spread


def test_a_percentile_of_a_hundred_and_one_values_is_one_of_them():
    values = [float(number) for number in range(101)]
    assert [percentile(values, percent) for percent in (1, 50, 99)] == [1.0, 50.0, 99.0]


def test_the_order_of_the_values_has_no_effect_and_one_value_is_all_percentiles():
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert spread([7.0]) == {"p50": 7.0, "p90": 7.0, "p99": 7.0, "most": 7.0}


def test_a_rare_great_value_shows_in_the_greatest_and_not_in_the_middle():
    found = spread([1.0] * 199 + [100.0])
    assert (found["p50"], found["p90"], found["most"]) == (1.0, 1.0, 100.0)


def test_ratios_are_ours_by_theirs_and_leave_out_what_they_lack():
    assert ratios({"p50": 3.0, "p99": 9.0, "most": 1.0}, {"p50": 2.0, "p99": 3.0}) == {"p50": 1.5, "p99": 3.0}


def test_no_value_has_no_percentile():
    with pytest.raises(IndexError):
        percentile([], 50)
