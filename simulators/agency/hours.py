"""Working hours of the agencies: Monday to Friday, 09:00 to 18:00 in Baku, but for public holidays. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

BAKU = ZoneInfo("Asia/Baku")
_OPENS, _CLOSES = time(9), time(18)
_DAY = timedelta(days=1)


@cache
def is_worked(day: date) -> bool:
    """Whether the agencies work on `day`."""
    return day.weekday() < 5 and day not in _public_holidays(day.year)


def add_hours(start: datetime, hours: float) -> datetime:
    """The instant at which `hours` of working time, counted from `start` (aware), are used up."""
    left = timedelta(hours=max(hours, 0.0))
    for opens, closes in _stretches(start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("working days do not end")


def hours_between(start: datetime, end: datetime) -> float:
    """The working hours from `start` to `end`; zero when `end` is not after `start`."""
    worked = timedelta()
    for opens, closes in _stretches(start):
        if opens >= end:
            break
        worked += min(closes, end) - opens
    return worked / timedelta(hours=1)


def _stretches(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The worked stretches from `start` on, without end."""
    day = start.astimezone(BAKU).date()
    while True:
        opens, closes = datetime.combine(day, _OPENS, BAKU), datetime.combine(day, _CLOSES, BAKU)
        if is_worked(day) and start < closes:
            yield max(opens, start), closes
        day += _DAY


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("AZ", years=year))
