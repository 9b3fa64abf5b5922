"""The campaign covers every failpoint."""

from tests.fault.points import POINTS, in_code


def test_the_campaign_covers_the_failpoints_of_the_code() -> None:
    covered = [point for points in POINTS.values() for point in points]
    assert sorted(covered) == sorted(in_code())
