"""The working calendar: working days and hours, when a term ends, and how a suspension moves it. Pure.

Law on citizens' appeals, Article 10: terms are in working days. The day of receipt is not counted; a term of
N working days is due at the end of the working day (18:00, Asia/Baku) of the Nth working day. A suspension
moves a deadline by exactly the working time that was lost to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit.errors import InstallationError
from schemas.frozen import Whole

_DAY = timedelta(days=1)
_Value = TypeVar("_Value")

Interval = tuple[datetime, datetime]
"""From the first instant until, but without, the second; both aware. A suspension is one."""


class ShortDay(BaseModel):
    """A working day that ends earlier than others, at `ends`."""

    model_config = ConfigDict(frozen=True)

    ends: time
    name: str


@dataclass(frozen=True)
class Shift:
    """The effect of one suspension on a term: the working time lost, and when the term is due after it."""

    since: datetime
    until: datetime
    lost: timedelta
    due_at: datetime


Weekday = Annotated[int, Field(ge=0, le=6)]
"""From 0, Monday, to 6, Sunday."""


class WorkingCalendar(BaseModel):
    """The working days of an agency or a country.

    `holidays` are days off besides the weekend, with their names. `moved_working_days` are weekend days that
    are worked; `short_days` end earlier. `sources` names the decision behind a day that is not by the general
    rule; `origin` is where the rest comes from. `years` are the first and the last year whose holidays it
    knows; beyond them it knows weekends only. Instants given to it are aware; those it returns are in
    `timezone`.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    version: str
    timezone: str = "Asia/Baku"
    day_starts: time = time(9)
    day_ends: time = time(18)
    weekend: tuple[Weekday, ...] = (5, 6)
    years: tuple[Whole, Whole] | None = None
    holidays: dict[date, str] = {}
    moved_working_days: dict[date, str] = {}
    short_days: dict[date, ShortDay] = {}
    sources: dict[date, str] = {}
    origin: str = ""

    @model_validator(mode="after")
    def _has_working_time(self) -> Self:
        if self.day_starts >= self.day_ends:
            raise ValueError("the working day must end after it starts")
        if set(range(7)) <= set(self.weekend):
            raise ValueError("a week needs a working day")
        for day, short in self.short_days.items():
            if not self.day_starts < short.ends <= self.day_ends:
                raise ValueError(f"the short day {day} must end within the working day")
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

    @property
    def ends_at(self) -> datetime | None:
        """The first instant after the last year that it knows; None where it knows every year."""
        return None if self.years is None else datetime(self.years[1] + 1, 1, 1, tzinfo=self.zone)

    def require(self, day: date) -> None:
        """Refuse a day of a year that it does not know.

        Raises:
            InstallationError: `calendar_ended`.
        """
        if not self.covers(day):
            known = "{}-{}".format(*self.years or ())
            raise InstallationError(
                "calendar_ended",
                f"the calendar {self.code!r} knows the years {known}, not {day.year}.",
                remedy="Extend `last_year` in the calendar's file of the catalogue.",
            )

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
        return datetime.combine(day, self.closes_on(day), self.zone)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; zero when `end` is not after `start`."""
        return sum((to - since for since, to in self._worked(start, end)), timedelta(0))

    def add_working_time(self, start: datetime, budget: timedelta) -> datetime:
        """The first instant, from `start` on, at which `budget` of working time has passed.

        Raises:
            ValueError: a negative budget.
        """
        if budget < timedelta(0):
            raise ValueError(f"a budget of working time cannot be negative, as {budget} is")
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

    def shift(
        self, due_at: datetime, suspensions: Iterable[Interval], since: datetime | None = None
    ) -> datetime:
        """When a term that would end at `due_at` ends after the `suspensions` of its clock, in any order.

        It moves by the working time inside them, counted once where they overlap. Time until the end of the
        day of `since`, the clock's start, does not count, as that day is not counted; nor does a suspension
        that begins after the term has ended.

        Raises:
            ValueError: a suspension that ends before it begins.
        """
        moved = due_at.astimezone(self.zone)
        for shift in self.shifts(due_at, suspensions, since):
            moved = shift.due_at
        return moved

    def shifts(
        self, due_at: datetime, suspensions: Iterable[Interval], since: datetime | None = None
    ) -> Iterator[Shift]:
        """The effect of each suspension in order; overlapping ones count as one."""
        due = due_at.astimezone(self.zone)
        counted_from = None if since is None else self._day_after(since)
        for start, end in merged(suspensions):
            start = start if since is None else max(start, since)
            if start >= end:
                continue
            counted = start if counted_from is None else max(start, counted_from)
            lost = self.working_time(counted, end) if start < due else timedelta(0)
            due = self.add_working_time(due, lost)
            yield Shift(start.astimezone(self.zone), end.astimezone(self.zone), lost, due)

    def is_open(self, instant: datetime) -> bool:
        """Whether `instant` is working time."""
        day = instant.astimezone(self.zone).date()
        opens, closes = self._hours(day)
        return self.is_working_day(day) and opens <= instant < closes

    def opens_at(self, instant: datetime) -> datetime:
        """The first instant of working time from `instant` on."""
        day = instant.astimezone(self.zone).date()
        while not self.is_working_day(day) or instant >= self._hours(day)[1]:
            day += _DAY
        return max(instant, self._hours(day)[0]).astimezone(self.zone)

    def closes_on(self, day: date) -> time:
        """When the work of a working day ends."""
        return self.short_days[day].ends if day in self.short_days else self.day_ends

    def window(self, first: int, last: int) -> "WorkingCalendar":
        """This calendar with only the holidays of the years `first` to `last` that it knows.

        Raises:
            InstallationError: `calendar_ended`: it does not know the year `first`.
        """
        self.require(date(first, 1, 1))
        end = last if self.years is None else min(last, self.years[1])
        return self.model_copy(
            update={
                "years": (first, end),
                "holidays": _within(self.holidays, first, end),
                "moved_working_days": _within(self.moved_working_days, first, end),
                "short_days": _within(self.short_days, first, end),
                "sources": _within(self.sources, first, end),
            }
        )

    def _day_after(self, instant: datetime) -> datetime:
        """The first instant of the day after that of `instant`."""
        return datetime.combine(instant.astimezone(self.zone).date() + _DAY, time(0), self.zone)

    def _next_working_day(self, day: date) -> date:
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day, in UTC, where differences stay true over a change of clocks."""
        opens = datetime.combine(day, self.day_starts, self.zone)
        closes = datetime.combine(day, self.closes_on(day), self.zone)
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


def merged(intervals: Iterable[Interval]) -> Sequence[Interval]:
    """The same instants as ordered intervals that neither overlap nor touch, without empty ones.

    Raises:
        ValueError: an interval that ends before it begins.
    """
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if end < start:
            raise ValueError(f"a suspension from {start.isoformat()} cannot end at {end.isoformat()}")
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif start < end:
            joined.append((start, end))
    return joined


def _within(days: dict[date, _Value], first: int, last: int) -> dict[date, _Value]:
    return {day: entry for day, entry in days.items() if first <= day.year <= last}
