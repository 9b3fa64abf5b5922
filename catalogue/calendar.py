"""The working calendar: working days, working hours, and when a term in working days ends. Pure.

Law on citizens' appeals, Article 10: terms are in working days. The day of receipt is not counted; a term of
N working days is due at the end of the working day (18:00, Asia/Baku) of the Nth working day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, model_validator

from kit.errors import PermanentError

_DAY = timedelta(days=1)


class WorkingCalendar(BaseModel):
    """A body's or a country's working days. `holidays` are days off beside the weekend, with their names;

    `moved_working_days` are weekend days that were made working days. `years` are the first and the last year
    it knows the holidays of; beyond them it knows weekends only. All instants taken are aware; all given are
    in `timezone`.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    version: str
    timezone: str = "Asia/Baku"
    day_starts: time = time(9)
    day_ends: time = time(18)
    weekend: tuple[int, ...] = (5, 6)
    years: tuple[int, int] | None = None
    holidays: dict[date, str] = {}
    moved_working_days: dict[date, str] = {}

    @model_validator(mode="after")
    def _has_working_time(self) -> Self:
        if self.day_starts >= self.day_ends:
            raise ValueError("the working day must end after it starts")
        if set(range(7)) <= set(self.weekend):
            raise ValueError("a week needs a working day")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The calendar's time zone."""
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked: a moved day always, else neither weekend nor holiday."""
        if day in self.moved_working_days:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def covers(self, day: date) -> bool:
        """Whether the holidays of that day's year are known."""
        return self.years is None or self.years[0] <= day.year <= self.years[1]

    def due_at(self, received: datetime, working_days: int) -> datetime:
        """The instant at which a term of `working_days` (at least 1) that began at `received` ends.

        Raises:
            ValueError: a term of less than one working day.
        """
        if working_days < 1:
            raise ValueError(f"a term has at least one working day, not {working_days}")
        day = received.astimezone(self.zone).date()
        for _ in range(working_days):
            day = self._next_working_day(day)
        return datetime.combine(day, self.day_ends, self.zone)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; zero when `end` is not after `start`."""
        return sum((to - since for since, to in self._worked(start, end)), timedelta(0))

    def add_working_time(self, start: datetime, budget: timedelta) -> datetime:
        """The first instant, from `start` on, at which `budget` of working time has passed.

        Raises:
            ValueError: a negative budget.
        """
        if budget < timedelta(0):
            raise ValueError(f"a budget of working time is not negative, as {budget} is")
        if not budget:
            return start.astimezone(self.zone)
        day = start.astimezone(self.zone).date()
        while True:
            if self.is_working_day(day):
                opens, closes = self._hours(day)
                since = max(opens, start)
                left = max(closes - since, timedelta(0))
                if budget <= left:
                    return (since + budget).astimezone(self.zone)
                budget -= left
            day += _DAY

    def window(self, first: int, last: int) -> "WorkingCalendar":
        """This calendar with the holidays of the years `first` to `last` only, as far as it knows them.

        Raises:
            PermanentError: `calendar_ended`, when it does not know the year `first`.
        """
        if not self.covers(date(first, 1, 1)):
            known = "{}-{}".format(*self.years or ())
            raise PermanentError(
                "calendar_ended",
                f"the calendar {self.code!r} knows the years {known}, not {first}.",
                remedy="Extend `years` in the calendar's file of the catalogue.",
            )
        end = last if self.years is None else min(last, self.years[1])
        return self.model_copy(
            update={
                "years": (first, end),
                "holidays": _within(self.holidays, first, end),
                "moved_working_days": _within(self.moved_working_days, first, end),
            }
        )

    def _next_working_day(self, day: date) -> date:
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day, in UTC, in which differences are true also over a change of time."""
        opens = datetime.combine(day, self.day_starts, self.zone)
        closes = datetime.combine(day, self.day_ends, self.zone)
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def _worked(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            if self.is_working_day(day):
                opens, closes = self._hours(day)
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)
            day += _DAY


def _within(days: dict[date, str], first: int, last: int) -> dict[date, str]:
    return {day: name for day, name in days.items() if first <= day.year <= last}
