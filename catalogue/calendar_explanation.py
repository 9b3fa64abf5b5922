"""Why a term is due when it is: every day from receipt to the end, counted or skipped, and why. Pure."""

import calendar as gregorian
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from catalogue.calendar import Interval, WorkingCalendar
from schemas.frozen import Frozen

DayOf = Literal["receipt", "counted", "skipped", "made_up"]
"""What a day is to a term: the day of receipt (not counted), counted, skipped, or one that makes up for
suspensions."""

_DAY = timedelta(days=1)


class ExplainedDay(Frozen):
    """A day of a term. `number` is its place among the counted days, `lost` the working time suspended on it
    (none on the day of receipt, which is not counted).

    `reason` says why it counts or not; `source` cites the decision behind that.
    """

    date: date
    weekday: str
    day: DayOf
    number: int | None = None
    reason: str
    source: str | None = None
    lost: timedelta = timedelta(0)


class ExplainedSuspension(Frozen):
    """A suspension (overlapping ones count as one): the working time lost, and the new end of the term."""

    since: datetime
    until: datetime
    lost: timedelta
    due_at: datetime


class Explanation(Frozen):
    """A term and how its end was found: `due_at`, and `due_without_suspensions`, had there been none.

    `calendar` is `code@version`; `origin` is where its holidays come from.
    """

    calendar: str
    origin: str
    timezone: str
    received_at: datetime
    working_days: int
    due_without_suspensions: datetime
    due_at: datetime
    days: tuple[ExplainedDay, ...]
    suspensions: tuple[ExplainedSuspension, ...] = ()


def explain(
    calendar: WorkingCalendar,
    received_at: datetime,
    working_days: int,
    suspensions: Iterable[Interval] = (),
) -> Explanation:
    """How `calendar` computes the end of a term of `working_days` that began at `received_at` (aware).

    Raises:
        ValueError: a term of less than one working day, a suspension that ends before it begins.
    """
    first_due = calendar.due_at(received_at, working_days)
    shifts = list(calendar.shifts(first_due, suspensions, since=received_at))
    due_at = shifts[-1].due_at if shifts else first_due
    suspended = [(shift.since, shift.until) for shift in shifts if shift.lost]
    return Explanation(
        calendar=f"{calendar.code}@{calendar.version}",
        origin=calendar.origin,
        timezone=calendar.timezone,
        received_at=received_at.astimezone(calendar.zone),
        working_days=working_days,
        due_without_suspensions=first_due,
        due_at=due_at,
        days=tuple(_days(calendar, received_at, first_due, due_at, suspended)),
        suspensions=tuple(
            ExplainedSuspension(since=shift.since, until=shift.until, lost=shift.lost, due_at=shift.due_at)
            for shift in shifts
        ),
    )


def _days(
    calendar: WorkingCalendar,
    received_at: datetime,
    first_due: datetime,
    due_at: datetime,
    suspended: list[Interval],
) -> Iterator[ExplainedDay]:
    receipt = received_at.astimezone(calendar.zone).date()
    day, number = receipt, 0
    while day <= due_at.date():
        working, reason = _reason(calendar, day)
        counts = working and receipt < day <= first_due.date()
        number += counts
        yield ExplainedDay(
            date=day,
            weekday=gregorian.day_name[day.weekday()],
            day=_day_of(day, receipt, working, counts),
            number=number if counts else None,
            reason=f"day of receipt, not counted ({reason})" if day == receipt else reason,
            source=calendar.sources.get(day),
            lost=_lost(calendar, day, suspended) if day > receipt else timedelta(0),
        )
        day += _DAY


def _day_of(day: date, receipt: date, working: bool, counts: bool) -> DayOf:
    if day == receipt:
        return "receipt"
    if counts:
        return "counted"
    return "made_up" if working else "skipped"


def _reason(calendar: WorkingCalendar, day: date) -> tuple[bool, str]:
    """Whether the day is worked, and why."""
    if day in calendar.short_days and calendar.is_working_day(day):
        short = calendar.short_days[day]
        return True, f"working day, short until {short.ends:%H:%M}: {short.name}"
    if day in calendar.moved_working_days:
        return True, f"working day: {calendar.moved_working_days[day]}"
    if day in calendar.holidays:
        return False, f"day off: {calendar.holidays[day]}"
    if day.weekday() in calendar.weekend:
        return False, "weekend"
    return True, "working day"


def _lost(calendar: WorkingCalendar, day: date, suspended: list[Interval]) -> timedelta:
    start = datetime.combine(day, calendar.day_starts, calendar.zone)
    end = datetime.combine(day, calendar.closes_on(day), calendar.zone)
    lost = (calendar.working_time(max(since, start), min(until, end)) for since, until in suspended)
    return sum(lost, timedelta(0))
