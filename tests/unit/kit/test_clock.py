"""Scaled time: at one scale, where its pace changes, and where it passes the hours in which nobody works."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kit.clock import Clock, OffHours, Pace

BEGAN, OPENING = datetime(2026, 1, 5, 8, tzinfo=UTC), datetime(2021, 8, 23, 5, tzinfo=UTC)
STEADY = Clock(epoch=OPENING, started_at=BEGAN, scale=7_200)
HASTENING = Clock(
    epoch=OPENING,
    started_at=BEGAN,
    scale=7_200,
    paces=(Pace(at=OPENING + timedelta(hours=200), scale=36_000),),
)
OFF_HOURS = OffHours(
    opens=timedelta(hours=9), closes=timedelta(hours=18), utc_offset=timedelta(hours=4), times=20
)
UNEVEN = STEADY.model_copy(update={"off_hours": OFF_HOURS})
TWICE = HASTENING.model_copy(
    update={"paces": (*HASTENING.paces, Pace(at=OPENING + timedelta(hours=400), scale=72_000))}
)
BOTH = HASTENING.model_copy(update={"off_hours": OFF_HOURS})
ALL = TWICE.model_copy(update={"off_hours": OFF_HOURS})

clocks = st.sampled_from([STEADY, HASTENING, TWICE, UNEVEN, BOTH, ALL])
reals = st.floats(-100, 1_000).map(lambda seconds: BEGAN + timedelta(seconds=seconds))


def test_before_and_after_the_instant_a_clock_runs_at_its_two_scales() -> None:
    assert HASTENING.at(BEGAN + timedelta(seconds=50)) == OPENING + timedelta(hours=100)
    assert HASTENING.at(BEGAN + timedelta(seconds=100)) == OPENING + timedelta(hours=200)
    assert HASTENING.at(BEGAN + timedelta(seconds=101)) == OPENING + timedelta(hours=210)


def test_a_clock_may_hasten_again() -> None:
    assert TWICE.at(BEGAN + timedelta(seconds=101)) == OPENING + timedelta(hours=210)
    assert TWICE.at(BEGAN + timedelta(seconds=120)) == OPENING + timedelta(hours=400)
    assert TWICE.at(BEGAN + timedelta(seconds=121)) == OPENING + timedelta(hours=420)


@given(clocks, reals)
def test_the_real_instant_of_what_a_clock_shows(clock: Clock, real: datetime) -> None:
    assert abs(clock.real(clock.at(real)) - real) <= timedelta(milliseconds=1)


@given(clocks, reals, reals)
def test_a_wait_ends_when_the_clock_shows_its_end(clock: Clock, one: datetime, other: datetime) -> None:
    now, until = sorted((clock.at(one), clock.at(other)))
    shown = clock.at(clock.real(now) + clock.wait(now, until))
    assert abs(shown - until) <= timedelta(seconds=1)
    assert clock.wait(until, now) == timedelta(0)


def test_an_hour_of_work_has_its_length_and_one_off_is_short() -> None:
    assert UNEVEN.at(BEGAN + timedelta(seconds=4.5)) == OPENING + timedelta(hours=9)
    evening_and_night = 0.5 * 15 / 20
    assert UNEVEN.at(BEGAN + timedelta(seconds=4.5 + evening_and_night)) == OPENING + timedelta(hours=24)
    assert UNEVEN.at(BEGAN - timedelta(seconds=0.25)) == OPENING - timedelta(hours=10)


def test_a_week_passes_in_the_weight_of_its_hours() -> None:
    real = UNEVEN.real(OPENING + timedelta(weeks=1)) - BEGAN
    assert abs(real - timedelta(seconds=0.5 * (5 * 9 + 123 / 20))) < timedelta(milliseconds=1)


def test_all_hours_pass_faster_once_it_hastens() -> None:
    [hastening] = BOTH.paces
    since = BOTH.real(hastening.at)
    later = BOTH.real(hastening.at + timedelta(weeks=1)) - since
    assert abs(later - timedelta(seconds=0.1 * (5 * 9 + 123 / 20))) < timedelta(milliseconds=1)


@given(clocks, reals, reals)
def test_time_never_runs_backwards(clock: Clock, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert clock.at(earlier) <= clock.at(later)


@given(st.floats(-2_000, 10_000))
def test_as_many_hours_as_are_off_weigh_less(hours: float) -> None:
    """Beside the definition itself: minute by minute, over the same stretch."""
    until = OPENING + timedelta(minutes=round(hours * 6))
    start, end = sorted((OPENING, until))
    weight = timedelta()
    while start < end:
        local = start + timedelta(hours=4)
        works = local.weekday() < 5 and 9 <= local.hour < 18
        weight += timedelta(minutes=1) / (1 if works else 20)
        start += timedelta(minutes=1)
    assert abs(OFF_HOURS.weight(end) - OFF_HOURS.weight(min(OPENING, until)) - weight) < timedelta(
        milliseconds=1
    )
