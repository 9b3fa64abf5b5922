"""A calendar as the catalogue describes it, and its compilation from public holidays and overrides.

The holidays come from the package `holidays`, which knows the observed and moved days decided so far. The
catalogue's overrides take precedence.
"""

import datetime as dt

import holidays
from pydantic import Field

from catalogue.calendar import ShortDay, WorkingCalendar
from catalogue.versions import version_of
from schemas.frozen import Code, Frozen


class Override(Frozen):
    """One day on which the package is wrong, with the decision as `source`.

    It is worked or not; a worked day may end early, at `ends`.
    """

    date: dt.date
    working: bool
    name: str
    source: str
    ends: dt.time | None = None


class CalendarSource(Frozen):
    """A calendar's file. `country` is ISO 3166-1 alpha-2; `language` that of the holidays' names.

    `half_days_end`: when the package's half days end; without it they are whole days. `transfers` cites, by
    year, the decisions by which the package moves days.
    """

    code: Code
    country: str = Field(pattern=r"^[A-Z]{2}$")
    language: str
    timezone: str
    first_year: int = Field(ge=2000, le=2100)
    last_year: int = Field(ge=2000, le=2100)
    day_starts: dt.time
    day_ends: dt.time
    half_days_end: dt.time | None = None
    transfers: dict[int, str] = Field(default_factory=dict)
    overrides: tuple[Override, ...] = ()


def compile_calendar(source: CalendarSource) -> WorkingCalendar:
    """The working calendar of a source; its version is the hash of the resulting days."""
    years = range(source.first_year, source.last_year + 1)
    public = holidays.country_holidays(source.country, years=years, language=source.language)
    days_off = {day: name for day, name in public.items() if day.year in years}
    moved = {day: "moved working day" for day in public.weekend_workdays if day.year in years}
    short = _half_days(source, years)
    swapped = {day for day, name in days_off.items() if "substituted" in name} | set(moved)
    cited = {day: source.transfers[day.year] for day in swapped if day.year in source.transfers}
    for override in source.overrides:
        for known in (days_off, moved, short):
            known.pop(override.date, None)
        (moved if override.working else days_off)[override.date] = override.name
        if override.ends is not None:
            short[override.date] = ShortDay(ends=override.ends, name=override.name)
        cited[override.date] = override.source
    calendar = WorkingCalendar(
        code=source.code,
        version="",
        timezone=source.timezone,
        day_starts=source.day_starts,
        day_ends=source.day_ends,
        years=(source.first_year, source.last_year),
        holidays=dict(sorted(days_off.items())),
        moved_working_days=dict(sorted(moved.items())),
        short_days=dict(sorted(short.items())),
        sources=dict(sorted(cited.items())),
        origin=f"PyPI holidays, country {source.country}",
    )
    return calendar.model_copy(update={"version": version_of(calendar)})


def _half_days(source: CalendarSource, years: range) -> dict[dt.date, ShortDay]:
    if source.half_days_end is None:
        return {}
    half = holidays.country_holidays(
        source.country, years=years, language=source.language, categories=("half_day",)
    )
    return {
        day: ShortDay(ends=source.half_days_end, name=name) for day, name in half.items() if day.year in years
    }
