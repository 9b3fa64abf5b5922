"""Scaled time, at one scale and where it hastens; the simulators' own clock shows the same."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kit.clock import Clock, Hastening
from simulators.clock import BusinessClock

BEGAN, OPENING = datetime(2026, 1, 5, 8, tzinfo=UTC), datetime(2021, 8, 23, 5, tzinfo=UTC)
STEADY = Clock(epoch=OPENING, started_at=BEGAN, scale=7_200)
HASTENING = Clock(
    epoch=OPENING,
    started_at=BEGAN,
    scale=7_200,
    hastens=Hastening(at=OPENING + timedelta(hours=200), scale=36_000),
)

clocks = st.sampled_from([STEADY, HASTENING])
reals = st.floats(-100, 1_000).map(lambda seconds: BEGAN + timedelta(seconds=seconds))


def test_before_and_after_the_instant_a_clock_runs_at_its_two_scales() -> None:
    assert HASTENING.at(BEGAN + timedelta(seconds=50)) == OPENING + timedelta(hours=100)
    assert HASTENING.at(BEGAN + timedelta(seconds=100)) == OPENING + timedelta(hours=200)
    assert HASTENING.at(BEGAN + timedelta(seconds=101)) == OPENING + timedelta(hours=210)


@given(clocks, reals)
def test_the_real_instant_of_what_a_clock_shows(clock: Clock, real: datetime) -> None:
    assert abs(clock.real(clock.at(real)) - real) <= timedelta(milliseconds=1)


@given(clocks, reals, reals)
def test_a_wait_ends_when_the_clock_shows_its_end(clock: Clock, one: datetime, other: datetime) -> None:
    now, until = sorted((clock.at(one), clock.at(other)))
    shown = clock.at(clock.real(now) + clock.wait(now, until))
    assert abs(shown - until) <= timedelta(seconds=1)
    assert clock.wait(until, now) == timedelta(0)


@given(clocks, reals)
def test_the_simulators_show_the_same_time(clock: Clock, real: datetime) -> None:
    theirs = BusinessClock.parse(clock.model_dump_json())
    assert abs(theirs.at(real) - clock.at(real)) <= timedelta(milliseconds=1)
