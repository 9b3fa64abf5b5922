"""Working days between two instants, counted as the law counts a term."""

from datetime import datetime, timedelta

from catalogue.calendar import WorkingCalendar


def working_days(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """The working days after the day of `start`, up to and with the day of `end`."""
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    return sum(calendar.is_working_day(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))
