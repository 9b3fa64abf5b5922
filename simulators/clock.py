"""The clock of a simulated system: business time, which may run faster than real time."""

import asyncio
from datetime import UTC, datetime
from typing import Self

from kit.clock import Clock

_LONGEST_WAIT = 60.0


class BusinessClock(Clock):
    """The clock of the installation that a simulator runs beside; real time without settings."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the JSON of `VAHID_CLOCK`; an empty text is real time."""
        return cls.model_validate_json(text or "{}")

    def seconds_until(self, business: datetime) -> float:
        """The real seconds until this clock shows `business`; zero when it has passed."""
        return max(0.0, (self.real(business) - datetime.now(UTC)).total_seconds())


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Wait until `event` is set or `seconds` have passed, and clear it. None waits for the event alone.

    Waits a minute at most, so that a change of the machine's time is noticed.
    """
    try:
        await asyncio.wait_for(
            event.wait(), _LONGEST_WAIT if seconds is None else min(seconds, _LONGEST_WAIT)
        )
    except TimeoutError:
        return
    event.clear()
