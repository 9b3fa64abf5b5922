"""When an agency can be reached: its people's hours, and the windows in which its system is maintained. Pure.

The days are those of the national calendar, its half days included; the hours are the agency's own.
"""

from datetime import datetime, time
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalogue.calendar import WorkingCalendar
from schemas.frozen import Instant


class Hours(BaseModel):
    """The hours of an agency's people on a working day; a half day ends no later than the calendar says."""

    model_config = ConfigDict(frozen=True)

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("hours open before they close")
        return self


class Maintenance(BaseModel):
    """A time in which an agency's system takes nothing: from `since` until `until`, which is not part of it."""

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
    """The national calendar with an agency's own hours; without any, as it is."""
    if hours is None:
        return national
    short = {day: one for day, one in national.short_days.items() if one.ends > hours.opens}
    ended = {day: one.name for day, one in national.short_days.items() if day not in short}
    return national.model_copy(
        update={
            "day_starts": hours.opens,
            "day_ends": hours.closes,
            "short_days": {
                day: one.model_copy(update={"ends": min(one.ends, hours.closes)})
                for day, one in short.items()
            },
            "holidays": {**national.holidays, **ended},
            "moved_working_days": {
                day: name for day, name in national.moved_working_days.items() if day not in ended
            },
        }
    )


def maintained_until(windows: tuple[Maintenance, ...], instant: datetime) -> datetime | None:
    """When the system can be reached again that is under maintenance at `instant`; None when it is not.

    Windows that touch or overlap are one.
    """
    until = None
    for window in sorted(windows, key=lambda one: one.since):
        if window.since <= (until or instant) < window.until:
            until = window.until
    return until
