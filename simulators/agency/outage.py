"""A planned outage: the behaviour setting `outage` is on from one business time to another."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from simulators.clock import BusinessClock
from simulators.control import with_settings
from simulators.faults import Faults

_LONGEST_WAIT = 60.0


class PlannedOutage(BaseModel):
    """Both in business time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: AwareDatetime
    ends: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("an outage ends after it begins")
        return self

    async def play(self, faults: Faults, clock: BusinessClock, stop: asyncio.Event) -> None:
        """Set `outage` when it begins and reset it when it ends; return when `stop` is set."""
        if clock.now() < self.ends:
            await _until(self.begins, clock, stop)
            faults.change(with_settings(faults.behaviour, {"outage": not stop.is_set()}))
            await _until(self.ends, clock, stop)
            faults.change(with_settings(faults.behaviour, {"outage": False}))
        await stop.wait()


async def _until(business: datetime, clock: BusinessClock, stop: asyncio.Event) -> None:
    """Wait a minute at most at a time, so that a change of the machine's time is noticed."""
    while not stop.is_set() and (seconds := clock.seconds_until(business)) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(seconds, _LONGEST_WAIT))
