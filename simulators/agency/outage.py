"""A planned outage: from one business time to another an agency is down, as its behaviour setting `outage` would have it."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from simulators.clock import BusinessClock
from simulators.control import turned
from simulators.faults import Faults

_LONGEST_WAIT = 60.0


class PlannedOutage(BaseModel):
    """Business times."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: AwareDatetime
    ends: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("an outage ends after it begins")
        return self

    async def play(self, faults: Faults, clock: BusinessClock, stop: asyncio.Event) -> None:
        """Turn the behaviour setting when the time has come, and back; return when `stop` is set."""
        if clock.now() < self.ends:
            await _until(self.begins, clock, stop)
            faults.change(turned(faults.behaviour, {"outage": not stop.is_set()}))
            await _until(self.ends, clock, stop)
            faults.change(turned(faults.behaviour, {"outage": False}))
        await stop.wait()


async def _until(business: datetime, clock: BusinessClock, stop: asyncio.Event) -> None:
    """Never waits longer than a minute at once, so that a machine whose time is set is noticed."""
    while not stop.is_set() and (seconds := clock.seconds_until(business)) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(seconds, _LONGEST_WAIT))
