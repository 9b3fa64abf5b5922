"""When a demonstration plays, and how fast, on machines of different speed."""

from datetime import UTC, datetime, timedelta

import pytest

from catalogue.loader import load
from vahid.demo.pace import FASTEST, OPENING, SLOWEST, demonstration_clock
from vahid.demo.population import population

STARTED = datetime(2026, 1, 5, 8, tzinfo=UTC)


def _week_of_work(speed: float) -> timedelta:
    """How long the first week lasts."""
    clock = demonstration_clock(population(20, 1, load().deliverable()), STARTED, speed)
    return clock.real(OPENING + timedelta(weeks=1)) - clock.real(OPENING)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.5])
def test_days_pass_as_fast_as_the_machine_can_follow(speed: float) -> None:
    assert abs(_week_of_work(speed) * speed - _week_of_work(1.0)) < timedelta(milliseconds=5)


@pytest.mark.parametrize(("speed", "taken_for"), [(0.001, SLOWEST), (1_000.0, FASTEST)])
def test_a_measurement_that_cannot_be_is_bounded(speed: float, taken_for: float) -> None:
    assert _week_of_work(speed) == _week_of_work(taken_for)


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_the_monday_comes_as_long_after_the_start_on_every_machine(speed: float) -> None:
    clock = demonstration_clock(population(20, 1, load().deliverable()), STARTED, speed)
    assert clock.real(OPENING) == STARTED + timedelta(seconds=20)
