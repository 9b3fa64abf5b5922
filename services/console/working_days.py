"""How far away a deadline is, in working days. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from catalogue.calendar import WorkingCalendar

_DAY = timedelta(days=1)
_MOST = 400


class Distance(NamedTuple):
    """How many working days a deadline lies ahead, or behind where it has `passed`; 0 is today."""

    days: int
    passed: bool


def distance(calendar: WorkingCalendar, now: datetime, due_at: datetime) -> Distance:
    """From `now` to `due_at`: the day of the earlier one is not counted, that of the later one is."""
    first, last = sorted(instant.astimezone(calendar.zone).date() for instant in (now, due_at))
    counted, day = 0, first
    while day < last and counted < _MOST:
        day += _DAY
        counted += calendar.is_working_day(day)
    return Distance(counted, due_at < now)
