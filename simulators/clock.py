"""The clock of a simulated system: business time, which may run faster than real time."""

import asyncio
from datetime import UTC, datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_LONGEST_WAIT = 60.0


class Hastening(BaseModel):
    """From the business instant `at` on a clock runs at `scale`."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    scale: float = Field(gt=0)

    def stretch(self, instant: datetime, times: float) -> datetime:
        """`instant`, so many times as far beyond `at`; as it is, before."""
        return instant if instant <= self.at else self.at + (instant - self.at) * times


class BusinessClock(BaseModel):
    """Business time = `epoch` + (real now − `started_at`) × `scale`, up to where it hastens.

    Without settings it is real time.
    """

    model_config = ConfigDict(frozen=True)

    epoch: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    started_at: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    scale: float = Field(default=1.0, gt=0)
    hastens: Hastening | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the JSON of `VAHID_CLOCK`; an empty text is real time."""
        return cls.model_validate_json(text or "{}")

    def at(self, real: datetime) -> datetime:
        """The business time at the real instant `real`, in UTC."""
        business = self.epoch + (real - self.started_at) * self.scale
        if self.hastens is not None:
            business = self.hastens.stretch(business, self.hastens.scale / self.scale)
        return business.astimezone(UTC)

    def now(self) -> datetime:
        """The business time now."""
        return self.at(datetime.now(UTC))

    def seconds_until(self, business: datetime) -> float:
        """The real seconds until this clock shows `business`; zero when it has passed."""
        return max(0.0, (self._real(business) - datetime.now(UTC)).total_seconds())

    def _real(self, business: datetime) -> datetime:
        if self.hastens is not None:
            business = self.hastens.stretch(business, self.scale / self.hastens.scale)
        return self.started_at + (business - self.epoch) / self.scale


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Wait until `event` is set or `seconds` have passed, and clear it. None waits for the event alone.

    Never waits longer than a minute, so that a machine whose time is set is noticed.
    """
    try:
        await asyncio.wait_for(
            event.wait(), _LONGEST_WAIT if seconds is None else min(seconds, _LONGEST_WAIT)
        )
    except TimeoutError:
        return
    event.clear()
