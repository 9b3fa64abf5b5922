"""The one clock: scaled time, so that weeks can be replayed in minutes. Scale 1 in production."""

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Hastening(BaseModel):
    """From the scaled instant `at` on a clock runs at `scale`."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    scale: float = Field(gt=0)

    def stretch(self, instant: datetime, times: float) -> datetime:
        """`instant`, so many times as far beyond `at`; as it is, before."""
        return instant if instant <= self.at else self.at + (instant - self.at) * times


class Clock(BaseModel):
    """Scaled time = `epoch` + (real now − `started_at`) × `scale`. Pure: it never looks at the time itself.

    With scale 1 and epoch equal to start, scaled time is real time. A replay may hasten once, where little
    happens any more.
    """

    model_config = ConfigDict(frozen=True)

    epoch: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    started_at: AwareDatetime = datetime(1970, 1, 1, tzinfo=UTC)
    scale: float = Field(default=1.0, gt=0)
    hastens: Hastening | None = None

    def at(self, real: datetime) -> datetime:
        """The scaled time at the real instant `real` (aware), in whole milliseconds."""
        scaled = self.epoch + (real - self.started_at) * self.scale
        if self.hastens is not None:
            scaled = self.hastens.stretch(scaled, self.hastens.scale / self.scale)
        return scaled.replace(microsecond=scaled.microsecond // 1000 * 1000).astimezone(UTC)

    def real(self, scaled: datetime) -> datetime:
        """The real instant at which this clock shows `scaled`."""
        if self.hastens is not None:
            scaled = self.hastens.stretch(scaled, self.scale / self.hastens.scale)
        return self.started_at + (scaled - self.epoch) / self.scale

    def wait(self, now: datetime, until: datetime) -> timedelta:
        """The real time to wait from scaled `now` to scaled `until`; zero when it has passed."""
        return max(timedelta(0), self.real(until) - self.real(now))

    def now(self) -> datetime:
        """The scaled time now, for code at the edges."""
        return self.at(datetime.now(UTC))
