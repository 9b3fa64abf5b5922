from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from simulators.agency.hours import BAKU, add_hours, hours_between, is_worked

INSTANTS = st.integers(0, 5 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2021, 1, 1, tzinfo=BAKU) + timedelta(seconds=seconds)
)


def at(day: int, hour: int) -> datetime:
    return datetime(2021, 8, day, hour, tzinfo=BAKU)


def test_hours_run_over_the_weekend_without_counting_it() -> None:
    friday_evening = at(27, 17)
    assert add_hours(friday_evening, 2) == at(30, 10)
    assert hours_between(friday_evening, at(30, 10)) == 2


def test_a_night_counts_nothing() -> None:
    assert hours_between(at(23, 18), at(24, 9)) == 0
    assert add_hours(at(23, 20), 1) == at(24, 10)


def test_public_holidays_are_not_worked() -> None:
    assert not is_worked(datetime(2021, 3, 22, tzinfo=BAKU).date())  # Novruz, a Monday


@given(INSTANTS, st.floats(0, 500))
def test_the_hours_added_are_the_hours_between(start: datetime, hours: float) -> None:
    end = add_hours(start, hours)
    assert abs(hours_between(start, end) - hours) < 1e-6


@given(INSTANTS, st.floats(0, 100), st.floats(0, 100))
def test_more_hours_never_end_earlier(start: datetime, hours: float, more: float) -> None:
    assert add_hours(start, hours) <= add_hours(start, hours + more) + timedelta(microseconds=1)
