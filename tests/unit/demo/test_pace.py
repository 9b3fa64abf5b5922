"""The business time of a demonstration, and its pace."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from kit.clock import Clock
from tests.packaged import packaged
from vahid.demo.pace import OPENING, demonstration_clock
from vahid.demo.population import OPENING_WEEKS, DemoAppeal, population

STARTED, WEEK = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(weeks=1)


@cache
def _appeals() -> tuple[DemoAppeal, ...]:
    return tuple(population(OPENING_WEEKS, 1, packaged().deliverable()))


def _clock(times: float = 1.0) -> Clock:
    return demonstration_clock(_appeals(), STARTED, times)


def _real_week(clock: Clock, begins: datetime) -> timedelta:
    return clock.real(begins + WEEK) - clock.real(begins)


@pytest.mark.parametrize("times", [0.5, 0.8, 1.5])
def test_days_pass_as_fast_as_asked(times: float) -> None:
    weeks = (_real_week(_clock(times), OPENING) * times, _real_week(_clock(), OPENING))
    assert abs(weeks[0] - weeks[1]) < timedelta(milliseconds=5)


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
def test_the_opening_comes_at_the_same_real_time_at_any_pace(times: float) -> None:
    assert _clock(times).real(OPENING) == STARTED + timedelta(seconds=20)


def test_the_clock_is_faster_when_little_happens_and_slow_again_at_the_end() -> None:
    clock = _clock()
    calm, quiet, last, over = (_real_week(clock, pace.at) for pace in clock.paces)
    assert quiet < calm < _real_week(clock, OPENING)
    assert abs(last - calm) < timedelta(milliseconds=5)
    assert abs(over - _real_week(clock, OPENING)) < timedelta(milliseconds=5)
