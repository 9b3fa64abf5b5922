"""How far away a deadline is."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.console.working_days import Distance, distance
from tests.packaged import packaged

BAKU = ZoneInfo("Asia/Baku")


def at(day: int, hour: int) -> datetime:
    return datetime(2021, 8, day, hour, tzinfo=BAKU)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        (at(23, 9), at(23, 18), Distance(0, False)),  # Monday, the same day
        (at(23, 19), at(23, 18), Distance(0, True)),
        (at(23, 9), at(24, 18), Distance(1, False)),
        (at(27, 9), at(30, 18), Distance(1, False)),  # Friday to Monday
        (at(27, 9), at(28, 18), Distance(0, False)),  # a Saturday counts for nothing
        (at(30, 9), at(27, 18), Distance(1, True)),
        (at(23, 23), at(31, 1), Distance(6, False)),
    ],
)
def test_working_days_between_two_instants(now: datetime, due: datetime, expected: Distance) -> None:
    assert distance(packaged().calendar, now, due) == expected
