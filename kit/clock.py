"""The one clock: scaled time, so that weeks can be replayed in minutes. Scale 1 in production."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_DAY, _WORKING_DAYS = timedelta(days=1), 5


class Pace(BaseModel):
    """From the scaled instant `at` on a clock runs at `scale`."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    scale: float = Field(gt=0)


class OffHours(BaseModel):
    """Outside the office hours of Monday to Friday a clock runs `times` as fast.

    `opens` and `closes` are times of day at `utc_offset`, which is the same all the year. The weight of a
    time is its length with each hour off divided by `times`.
    """

    model_config = ConfigDict(frozen=True)

    opens: timedelta
    closes: timedelta
    utc_offset: timedelta = timedelta(0)
    times: float = Field(ge=1)

    def weight(self, instant: datetime) -> timedelta:
        """The weight of the time from a Monday long ago to `instant`."""
        days, part = divmod(instant - _MONDAY + self.utc_offset, _DAY)
        weeks, day = divmod(days, 7)
        open_hours = (weeks * _WORKING_DAYS + min(day, _WORKING_DAYS)) * self._open
        if day < _WORKING_DAYS:
            open_hours += min(max(part - self.opens, timedelta(0)), self._open)
        return open_hours + (days * _DAY + part - open_hours) / self.times

    def instant(self, weight: timedelta) -> datetime:
        """The instant of which `weight` is the weight."""
        free = _DAY / self.times
        worked = self._open + (_DAY - self._open) / self.times
        weeks, rest = divmod(weight, _WORKING_DAYS * worked + (7 - _WORKING_DAYS) * free)
        day = min(rest // worked, _WORKING_DAYS)
        part = rest - day * worked
        local = (weeks * 7 + day) * _DAY + (self._worked(part) if day < _WORKING_DAYS else part * self.times)
        return _MONDAY - self.utc_offset + local

    def _worked(self, weight: timedelta) -> timedelta:
        """The time of a working day at which `weight` of it has passed."""
        before = self.opens / self.times
        if weight <= before:
            return weight * self.times
        if weight <= before + self._open:
            return self.opens + (weight - before)
        return self.closes + (weight - before - self._open) * self.times

    @property
    def _open(self) -> timedelta:
        return self.closes - self.opens


class Clock(BaseModel):
    """Scaled time = `epoch` + (real now − `started_at`) × `scale`. Pure: it never reads the time itself.

    With scale 1 and epoch equal to start, scaled time is real time. A replay may change its pace, and may
    pass the hours outside office hours faster.
    `paces` is in the order of its instants.
    """

    model_config = ConfigDict(frozen=True)

    epoch: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    started_at: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    scale: float = Field(default=1.0, gt=0)
    paces: tuple[Pace, ...] = ()
    off_hours: OffHours | None = None

    def at(self, real: datetime) -> datetime:
        """The scaled time at the real instant `real` (aware), in whole milliseconds."""
        weight = (real - self.started_at) * self.scale
        for since, times in self._stages():
            weight = _beyond(weight, since, times)
        scaled = self._instant(weight)
        return scaled.replace(microsecond=scaled.microsecond // 1000 * 1000).astimezone(UTC)

    def real(self, scaled: datetime) -> datetime:
        """The real instant at which this clock shows `scaled`."""
        weight = self._weight(scaled)
        for since, times in reversed(self._stages()):
            weight = _beyond(weight, since, 1 / times)
        return self.started_at + weight / self.scale

    def wait(self, now: datetime, until: datetime) -> timedelta:
        """The real time to wait from scaled `now` to scaled `until`; zero when it has passed."""
        return max(timedelta(0), self.real(until) - self.real(now))

    def now(self) -> datetime:
        """The scaled time now, for code at the edges."""
        return self.at(datetime.now(UTC))

    def _stages(self) -> list[tuple[timedelta, float]]:
        """The weights at which the pace changes, each with its factor."""
        scales = pairwise((self.scale, *(pace.scale for pace in self.paces)))
        return [
            (_fixed(self.off_hours, pace.at) - _fixed(self.off_hours, self.epoch), after / before)
            for pace, (before, after) in zip(self.paces, scales, strict=True)
        ]

    def _weight(self, scaled: datetime) -> timedelta:
        """The weight of the time from the epoch to `scaled`."""
        if self.off_hours is None:
            return scaled - self.epoch
        return self.off_hours.weight(scaled) - _fixed(self.off_hours, self.epoch)

    def _instant(self, weight: timedelta) -> datetime:
        if self.off_hours is None:
            return self.epoch + weight
        return self.off_hours.instant(_fixed(self.off_hours, self.epoch) + weight)


@lru_cache(maxsize=16)  # asked for the epoch and each change of pace whenever the clock is read
def _fixed(off_hours: OffHours | None, instant: datetime) -> timedelta:
    """The weight of the time from a Monday long ago to `instant`."""
    return instant - _MONDAY if off_hours is None else off_hours.weight(instant)


def _beyond(weight: timedelta, since: timedelta, times: float) -> timedelta:
    """`weight`, so many times as far beyond `since`; as it is, before."""
    return weight if weight <= since else since + (weight - since) * times
