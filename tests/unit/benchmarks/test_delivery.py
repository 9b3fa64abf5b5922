"""The summary of the delivery of commits to a consumer."""

from benchmarks.delivery import summary


def test_delivery_is_compared_over_all_rounds_and_in_each():
    measured = {"ours": [[3.0, 3.0], [9.0, 9.0]], "raw": [[2.0, 2.0], [3.0, 3.0]]}
    found = summary(measured)
    assert found["batches_each_way"] == 4
    assert found["p50_each_round"] == [1.5, 3.0]
    assert found["ours_to_raw"]["p50"] == 2.4
