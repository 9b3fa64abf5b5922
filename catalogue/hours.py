"""When an agency can be reached: its people's hours, and its system's maintenance windows. Pure.

The days are those of the national calendar, half days included; the hours are the agency's own.
"""

from datetime import datetime, time
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalogue.calendar import WorkingCalendar
from schemas.frozen import Instant


class Hours(BaseModel):
    """The hours of an agency's people on a working day; a half day still ends as the calendar says."""

    model_config = ConfigDict(frozen=True)

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("hours open before they close")
        return self


class Maintenance(BaseModel):
    """A window in which an agency's system takes nothing: from `since` until, but without, `until`."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    since: Instant = Field(alias="from")
    until: Instant
    reason: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since >= self.until:
            raise ValueError("a window of maintenance begins before it ends")
        return self


def own_calendar(national: WorkingCalendar, hours: Hours | None) -> WorkingCalendar:
    """The national calendar with an agency's own hours, if it has any."""
    if hours is None:
        return national
    short = {day: half for day, half in national.short_days.items() if half.ends > hours.opens}
    closed = {day: half.name for day, half in national.short_days.items() if day not in short}
    return national.model_copy(
        update={
            "day_starts": hours.opens,
            "day_ends": hours.closes,
            "short_days": {
                day: half.model_copy(update={"ends": min(half.ends, hours.closes)})
                for day, half in short.items()
            },
            "holidays": {**national.holidays, **closed},
            "moved_working_days": {
                day: name for day, name in national.moved_working_days.items() if day not in closed
            },
        }
    )


def maintained_until(windows: tuple[Maintenance, ...], instant: datetime) -> datetime | None:
    """The end of the maintenance under way at `instant`; None where there is none.

    Windows that touch or overlap count as one.
    """
    until = None
    for window in sorted(windows, key=lambda window: window.since):
        if window.since <= (until or instant) < window.until:
            until = window.until
    return until
