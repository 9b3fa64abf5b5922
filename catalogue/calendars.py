"""A calendar as it is written in the catalogue, and how it is compiled: public holidays and corrections.

The holidays come from the package `holidays`, which knows observed and moved days as decided so far; the
catalogue's overrides come after it and win.
"""

import datetime as dt

import holidays
from pydantic import Field

from catalogue.calendar import WorkingCalendar
from catalogue.versions import version_of
from schemas.frozen import Code, Frozen


class Override(Frozen):
    """One day that is otherwise than the package says: worked or not, with the decision it rests on."""

    date: dt.date
    working: bool
    name: str
    source: str


class CalendarSource(Frozen):
    """A calendar's file. `country` is ISO 3166-1 alpha-2; `language` that of the holidays' names."""

    code: Code
    country: str = Field(pattern=r"^[A-Z]{2}$")
    language: str
    timezone: str
    first_year: int = Field(ge=2000, le=2100)
    last_year: int = Field(ge=2000, le=2100)
    day_starts: dt.time
    day_ends: dt.time
    overrides: tuple[Override, ...] = ()


def compile_calendar(source: CalendarSource) -> WorkingCalendar:
    """The working calendar that a source stands for; its version is the hash of the days it came to."""
    years = range(source.first_year, source.last_year + 1)
    public = holidays.country_holidays(source.country, years=years, language=source.language)
    days_off = {day: name for day, name in public.items() if day.year in years}
    moved = {day: "moved working day" for day in public.weekend_workdays if day.year in years}
    for override in source.overrides:
        days_off.pop(override.date, None)
        moved.pop(override.date, None)
        (moved if override.working else days_off)[override.date] = override.name
    calendar = WorkingCalendar(
        code=source.code,
        version="",
        timezone=source.timezone,
        day_starts=source.day_starts,
        day_ends=source.day_ends,
        years=(source.first_year, source.last_year),
        holidays=dict(sorted(days_off.items())),
        moved_working_days=dict(sorted(moved.items())),
    )
    return calendar.model_copy(update={"version": version_of(calendar)})
