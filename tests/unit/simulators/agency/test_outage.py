"""A planned outage: down at its begin, up again at its end, whatever else is set."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.outage import PlannedOutage
from simulators.clock import BusinessClock
from simulators.faults import Faults, HttpBehaviour
from tests.waiting import until

MONDAY = datetime(2021, 8, 23, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def _clock() -> BusinessClock:
    """On Monday now; a day is a fifth of a second."""
    return BusinessClock(epoch=MONDAY, started_at=datetime.now(UTC), scale=5 * 86_400)


class RecordedFaults(Faults):
    """Records each change of the settings: whether the agency is down, and the business time."""

    def __init__(self, behaviour: AgencyBehaviour, clock: BusinessClock) -> None:
        super().__init__(behaviour, "1")
        self._clock = clock
        self.changes: list[tuple[bool, datetime]] = []

    def change(self, behaviour: HttpBehaviour) -> None:
        """Set the behaviour settings."""
        super().change(behaviour)
        self.changes.append((behaviour.down, self._clock.now()))


async def test_an_agency_is_down_from_begin_to_end_and_keeps_its_other_settings() -> None:
    clock, stop = _clock(), asyncio.Event()
    faults = RecordedFaults(AgencyBehaviour(late_rate=0.5), clock)
    outage = PlannedOutage(begins=MONDAY + DAY, ends=MONDAY + 3 * DAY)
    playing = asyncio.create_task(outage.play(faults, clock, stop))
    await until(lambda: _is(len(faults.changes) == 2), "the agency went down and came up again")
    (down, begun), (still_down, ended) = faults.changes
    assert (down, still_down) == (True, False)
    assert begun >= outage.begins and ended >= outage.ends
    assert faults.behaviour == AgencyBehaviour(late_rate=0.5)
    assert not playing.done()  # a part of a process that ended would end the process
    stop.set()
    await playing


async def test_a_past_outage_is_not_made_up_for() -> None:
    faults, stop = Faults(AgencyBehaviour(), "1"), asyncio.Event()
    past = PlannedOutage(begins=MONDAY - 2 * DAY, ends=MONDAY - DAY)
    playing = asyncio.create_task(past.play(faults, _clock(), stop))
    await asyncio.sleep(0)
    assert not faults.behaviour.down
    stop.set()
    await playing


async def test_a_stop_before_the_outage_leaves_the_agency_up() -> None:
    faults, stop = Faults(AgencyBehaviour(), "1"), asyncio.Event()
    stop.set()
    await PlannedOutage(begins=MONDAY + 99 * DAY, ends=MONDAY + 100 * DAY).play(faults, _clock(), stop)
    assert not faults.behaviour.down


def test_an_outage_ends_after_it_begins() -> None:
    with pytest.raises(ValidationError):
        PlannedOutage(begins=MONDAY, ends=MONDAY)


async def _is(condition: bool) -> bool:
    return condition
