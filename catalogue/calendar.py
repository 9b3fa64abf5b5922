"""The working calendar: working days, working hours, and when a term in working days ends. Pure.

Law on citizens' appeals, Article 10: terms are in working days. The day of receipt is not counted; a term of
N working days is due at the end of the working day (18:00, Asia/Baku) of the Nth working day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

_DAY = timedelta(days=1)


class WorkingCalendar(BaseModel):
    """A body's or a country's working days. `holidays` are days off beside the weekend, with their names;

    `moved_working_days` are weekend days that were made working days.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    version: str
    timezone: str = "Asia/Baku"
    day_starts: time = time(9)
    day_ends: time = time(18)
    weekend: tuple[int, ...] = (5, 6)
    holidays: dict[date, str] = {}
    moved_working_days: dict[date, str] = {}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The calendar's time zone."""
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked: a moved day always, else neither weekend nor holiday."""
        if day in self.moved_working_days:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def due_at(self, received: datetime, working_days: int) -> datetime:
        """The instant at which a term of `working_days` that began at `received` (aware) ends."""
        day = received.astimezone(self.zone).date()
        for _ in range(working_days):
            day = self._next_working_day(day)
        return datetime.combine(day, self.day_ends, self.zone)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two aware instants; zero when `end` is not after `start`."""
        return sum((to - since for since, to in self._worked(start, end)), timedelta(0))

    def add_working_time(self, start: datetime, budget: timedelta) -> datetime:
        """The instant at which `budget` of working time, counted from `start`, is used up."""
        day = start.astimezone(self.zone).date()
        while True:
            opens, closes = self._hours(day)
            since = max(opens, start)
            if self.is_working_day(day) and since < closes:
                if budget <= closes - since:
                    return since + budget
                budget -= closes - since
            day += _DAY

    def _next_working_day(self, day: date) -> date:
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return (
            datetime.combine(day, self.day_starts, self.zone),
            datetime.combine(day, self.day_ends, self.zone),
        )

    def _worked(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            if self.is_working_day(day):
                opens, closes = self._hours(day)
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)
            day += _DAY
