"""The working calendar of Azerbaijan on dated cases. Each states its reasoning beside it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalogue.calendar import WorkingCalendar
from kit.errors import PermanentError
from tests.packaged import packaged

AZ = packaged().calendar


def baku(text: str) -> datetime:
    """An instant in Baku, from `2026-03-19 10:00`."""
    return datetime.strptime(f"{text} +0400", "%Y-%m-%d %H:%M %z")


def days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2021-05-08", True),  # Saturday, worked instead of Tuesday 11 May
        ("2021-05-11", False),  # day off for Saturday 8 May
        ("2021-05-12", False),  # day off for Sunday 16 May
        ("2021-05-16", True),  # Sunday, worked instead of 12 May
        ("2021-07-17", True),  # Saturday before Gurban, worked instead of Monday 19 July
        ("2021-07-19", False),
        ("2021-08-23", True),  # Monday: the centres open
        ("2021-08-28", False),  # Saturday
        ("2021-08-29", False),  # Sunday
        ("2021-09-27", True),  # Remembrance Day is observed at work
        ("2021-10-18", True),  # Restoration of Independence: at work
        ("2021-11-08", False),  # Victory Day, Monday
        ("2021-11-09", False),  # Flag Day, Tuesday
        ("2021-11-12", True),  # Constitution Day: at work
        ("2021-12-31", False),  # Solidarity Day, Friday
        ("2022-01-03", False),  # 1 January was a Saturday: its day off
        ("2022-01-04", False),  # 2 January was a Sunday: its day off
        ("2022-01-05", True),
        ("2022-03-05", True),  # Saturday, worked instead of Monday 7 March
        ("2022-03-07", False),
        ("2023-01-03", False),  # 31 December 2022 was a Saturday: its day off falls in the next year
        ("2023-06-24", True),  # Saturday worked instead of Tuesday 27 June
        ("2023-06-25", True),  # Sunday worked instead of Friday 30 June
        ("2023-06-30", False),
        ("2024-01-20", False),  # a Saturday; day of mourning, which gives no other day off
        ("2024-01-22", True),
        ("2024-12-28", True),  # Saturday worked instead of 30 December
        ("2024-12-29", True),  # Sunday worked instead of 3 January 2025
        ("2024-12-30", False),
        ("2025-01-03", False),
        ("2025-01-06", True),
        ("2025-03-10", True),  # 8 March's day off, which was given away for 27 March
        ("2025-03-28", False),
        ("2025-04-01", True),  # Ramazan's day off, which was given away for 28 March
        ("2026-03-09", False),  # 8 March 2026 is a Sunday
        ("2026-03-10", True),
        ("2026-05-11", False),  # 9 May 2026 is a Saturday
        ("2026-05-29", False),  # Gurban and Independence Day meet on 28 May: one more day off
        ("2026-11-10", False),  # 8 November is a Sunday and 9 November already off
        ("2026-11-11", True),
    ],
)
def test_whether_a_day_is_worked(day: str, worked: bool) -> None:
    assert AZ.is_working_day(date.fromisoformat(day)) is worked


def test_novruz_and_ramazan_of_2026_together_are_eleven_days_off() -> None:
    """Novruz 20-24 March and Ramazan 20-21 March overlap; two weekend days and two double holidays push four

    more days off to 25, 26, 27 and 30 March (28 and 29 are a weekend).
    """
    assert [day.day for day in days("2026-03-01", "2026-03-31") if not AZ.is_working_day(day)] == [
        *(1, 7, 8, 9, 14, 15),
        *range(20, 31),
    ]


def test_2026_has_as_many_working_days_as_the_ministry_says() -> None:
    """Production calendar 2026: 241 working days in a five-day week."""
    assert sum(AZ.is_working_day(day) for day in days("2026-01-01", "2026-12-31")) == 241


@pytest.mark.parametrize(
    ("received", "term", "due"),
    [
        # Plain week: Monday received, day of receipt not counted, Tuesday is the first day.
        ("2021-08-23 09:00", 1, "2021-08-24 18:00"),
        # The hour of receipt does not matter, not even after closing.
        ("2021-08-23 00:00", 1, "2021-08-24 18:00"),
        ("2021-08-23 23:59", 1, "2021-08-24 18:00"),
        # To forward: 3 working days. Wednesday, Thursday, Friday after a Tuesday.
        ("2021-08-24 12:00", 3, "2021-08-27 18:00"),
        # Over a weekend: Thursday → Friday, Monday, Tuesday.
        ("2021-08-26 12:00", 3, "2021-08-31 18:00"),
        # Received on a Friday, Saturday or Sunday: Monday is the first day of each.
        ("2021-08-27 17:00", 1, "2021-08-30 18:00"),
        ("2021-08-28 10:00", 1, "2021-08-30 18:00"),
        ("2021-08-29 10:00", 1, "2021-08-30 18:00"),
        # 15 working days are three weeks where nothing is off: Monday 23 August → Monday 13 September.
        ("2021-08-23 10:00", 15, "2021-09-13 18:00"),
        # 30 working days are six weeks: Monday 23 August → Monday 4 October; 27 September is worked.
        ("2021-08-23 10:00", 30, "2021-10-04 18:00"),
        # From Wednesday 15 September, 15 days: 16 Sept … 6 October, Remembrance Day worked.
        ("2021-09-15 10:00", 15, "2021-10-06 18:00"),
        # Over Victory and Flag Day: Friday 5 November → Wednesday 10 is the first day.
        ("2021-11-05 10:00", 1, "2021-11-10 18:00"),
        # Moved days of July 2021: Friday 16 → Saturday 17 is worked, 19 off (moved), 20 and 21 Gurban,
        # so Thursday 22 is the second day.
        ("2021-07-16 10:00", 1, "2021-07-17 18:00"),
        ("2021-07-16 10:00", 2, "2021-07-22 18:00"),
        # Received on the moved Saturday itself: not counted either.
        ("2021-07-17 10:00", 1, "2021-07-22 18:00"),
        # Year end 2021: Thursday 30 December → 31 off, 1-2 weekend, 3-4 their days off, Wednesday 5.
        ("2021-12-30 10:00", 1, "2022-01-05 18:00"),
        # Year end 2024: Friday 27 → Saturday 28 and Sunday 29 are worked, then all off until Monday 6.
        ("2024-12-27 10:00", 2, "2024-12-29 18:00"),
        ("2024-12-27 10:00", 3, "2025-01-06 18:00"),
        # Year end 2026: Wednesday 30 → 31 off, 1-2 New Year, Monday 4 for Saturday 2, Tuesday 5.
        ("2026-12-30 10:00", 1, "2027-01-05 18:00"),
        # Before Novruz 2026: Thursday 19 March → Tuesday 31 March is the first working day.
        ("2026-03-19 10:00", 1, "2026-03-31 18:00"),
        ("2026-03-19 10:00", 3, "2026-04-02 18:00"),
        # In the middle of it: the same first day.
        ("2026-03-25 10:00", 1, "2026-03-31 18:00"),
        # 15 days over it: from Monday 16 March: 17, 18, 19, then 31 March = 4th, 1-3 April = 7th,
        # 6-10 April = 12th, 13-15 April = 15th.
        ("2026-03-16 10:00", 15, "2026-04-15 18:00"),
        # Over Gurban 2026: Tuesday 26 May → 27, 28 Gurban, 29 for Independence Day, weekend, Monday 1 June.
        ("2026-05-26 10:00", 1, "2026-06-01 18:00"),
        # Over 15 June (Monday, Liberation Day): Friday 12 June → Tuesday 16.
        ("2026-06-12 10:00", 1, "2026-06-16 18:00"),
        # Over 20 January (Tuesday): Monday 19 → Wednesday 21.
        ("2026-01-19 10:00", 1, "2026-01-21 18:00"),
        # Leap day: Wednesday 28 February 2024 → Thursday 29.
        ("2024-02-28 10:00", 1, "2024-02-29 18:00"),
    ],
)
def test_when_a_term_ends(received: str, term: int, due: str) -> None:
    assert AZ.due_at(baku(received), term) == baku(due)


def test_the_day_of_receipt_is_the_day_in_baku() -> None:
    """20:30 UTC on Monday is 00:30 on Tuesday in Baku: Wednesday is the first day."""
    assert AZ.due_at(datetime(2021, 8, 23, 20, 30, tzinfo=UTC), 1) == baku("2021-08-25 18:00")
    assert AZ.due_at(datetime(2021, 8, 23, 19, 30, tzinfo=UTC), 1) == baku("2021-08-24 18:00")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2021-08-23 09:00", "2021-08-23 18:00", 9),  # one whole day
        ("2021-08-23 10:00", "2021-08-23 12:30", 2.5),  # inside a day
        ("2021-08-23 06:00", "2021-08-23 10:00", 1),  # before opening nothing runs
        ("2021-08-23 17:00", "2021-08-24 10:00", 2),  # over a night
        ("2021-08-27 17:00", "2021-08-30 10:00", 2),  # over a weekend
        ("2021-08-28 09:00", "2021-08-29 18:00", 0),  # a weekend
        ("2026-03-19 17:00", "2026-03-31 10:00", 2),  # over Novruz and Ramazan
        ("2021-07-16 17:00", "2021-07-19 12:00", 10),  # 1 hour on Friday, 9 on the moved Saturday
        ("2021-08-24 10:00", "2021-08-23 10:00", 0),  # backwards
        ("2021-08-23 10:00", "2021-08-23 10:00", 0),
    ],
)
def test_working_time(start: str, end: str, hours: float) -> None:
    assert AZ.working_time(baku(start), baku(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2021-08-23 09:00", 9, "2021-08-23 18:00"),  # used up exactly at closing, not next morning
        ("2021-08-23 17:00", 2, "2021-08-24 10:00"),
        ("2021-08-27 17:00", 1.5, "2021-08-30 09:30"),
        ("2021-08-28 12:00", 1, "2021-08-30 10:00"),  # begins in the weekend
        ("2021-08-23 19:00", 1, "2021-08-24 10:00"),  # begins after closing
        ("2026-03-19 17:00", 2, "2026-03-31 10:00"),
        ("2021-08-23 12:00", 0, "2021-08-23 12:00"),  # nothing to wait for
        ("2021-08-28 12:00", 0, "2021-08-28 12:00"),
    ],
)
def test_adding_working_time(start: str, hours: float, end: str) -> None:
    assert AZ.add_working_time(baku(start), timedelta(hours=hours)) == baku(end)


def test_every_instant_comes_in_the_calendars_zone() -> None:
    start = datetime(2021, 8, 23, 6, tzinfo=UTC)
    for instant in (
        AZ.due_at(start, 1),
        AZ.add_working_time(start, timedelta(hours=1)),
        AZ.add_working_time(start, timedelta(0)),
    ):
        assert instant.utcoffset() == timedelta(hours=4)


def test_hours_are_true_also_on_the_day_that_clocks_change() -> None:
    """Baku on 27 March 2011 (a moved working day here): 04:00 became 05:00, so 00:00 to 09:00 has 8 hours."""
    night = WorkingCalendar(
        code="night",
        version="1",
        day_starts=time(0),
        day_ends=time(9),
        moved_working_days={date(2011, 3, 27): "moved"},
    )
    start, end = datetime(2011, 3, 26, 20, tzinfo=UTC), datetime(2011, 3, 27, 4, tzinfo=UTC)
    assert night.working_time(start, end) == timedelta(hours=8)
    assert night.add_working_time(start, timedelta(hours=8)) == end


@pytest.mark.parametrize("term", [0, -1])
def test_a_term_has_a_day(term: int) -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        AZ.due_at(baku("2021-08-23 10:00"), term)


def test_a_budget_is_not_negative() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        AZ.add_working_time(baku("2021-08-23 10:00"), timedelta(seconds=-1))


def test_a_calendar_without_working_time_is_refused() -> None:
    """It would have no next working day, for ever."""
    with pytest.raises(ValidationError, match="needs a working day"):
        WorkingCalendar(code="x", version="1", weekend=tuple(range(7)))
    with pytest.raises(ValidationError, match="must end after"):
        WorkingCalendar(code="x", version="1", day_starts=time(18), day_ends=time(9))


def test_a_window_knows_its_years_and_gives_the_same_dates() -> None:
    window = AZ.window(2026, 2028)
    assert window.years == (2026, 2028)
    assert {day.year for day in window.holidays} == {2026, 2027, 2028}
    assert not window.covers(date(2025, 12, 31))
    assert window.covers(date(2028, 12, 31))
    assert window.version == AZ.version
    assert window.due_at(baku("2026-12-30 10:00"), 15) == AZ.due_at(baku("2026-12-30 10:00"), 15)


def test_a_window_ends_with_the_calendar() -> None:
    assert AZ.window(2030, 2032).years == (2030, 2030)
    with pytest.raises(PermanentError, match=r"calendar_ended.*2021-2030, not 2031"):
        AZ.window(2031, 2033)


def test_a_window_survives_the_wire() -> None:
    window = AZ.window(2021, 2023)
    again = WorkingCalendar.model_validate_json(window.model_dump_json())
    assert again == window
    assert again.due_at(baku("2021-12-30 10:00"), 1) == baku("2022-01-05 18:00")


INSTANTS = st.integers(0, 6 * 365 * 86_400_000).map(
    lambda milliseconds: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
TERMS = st.integers(1, 60)
BUDGETS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=300))


@given(INSTANTS, TERMS)
def test_a_term_agrees_with_counting_days_one_by_one(received: datetime, term: int) -> None:
    day = received.astimezone(AZ.zone).date()
    due = AZ.due_at(received, term)
    counted = [day + timedelta(days=n) for n in range(1, (due.date() - day).days + 1)]
    off = set(AZ.holidays)
    worked = [
        day for day in counted if day in AZ.moved_working_days or (day.isoweekday() < 6 and day not in off)
    ]
    assert len(worked) == term
    assert worked[-1] == due.date()
    assert due.time() == time(18)


@given(INSTANTS, TERMS, st.integers(0, 30))
def test_a_longer_term_ends_later(received: datetime, term: int, more: int) -> None:
    earlier, later = AZ.due_at(received, term), AZ.due_at(received, term + more)
    assert (earlier < later) if more else (earlier == later)


@given(INSTANTS, INSTANTS, TERMS)
def test_what_came_later_is_not_due_earlier(one: datetime, other: datetime, term: int) -> None:
    first, second = sorted((one, other))
    assert AZ.due_at(first, term) <= AZ.due_at(second, term)


@given(INSTANTS, BUDGETS)
def test_budget_added_is_working_time_passed(start: datetime, budget: timedelta) -> None:
    end = AZ.add_working_time(start, budget)
    assert AZ.working_time(start, end) == budget
    assert AZ.working_time(start, end - timedelta(microseconds=1)) < budget, "the first such instant"


@given(INSTANTS, BUDGETS, BUDGETS)
def test_budgets_add_up(start: datetime, one: timedelta, other: timedelta) -> None:
    assert AZ.add_working_time(AZ.add_working_time(start, one), other) == AZ.add_working_time(
        start, one + other
    )


@given(st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_working_time_of_parts_is_that_of_the_whole(instants: list[datetime]) -> None:
    start, middle, end = instants
    parts = AZ.working_time(start, middle) + AZ.working_time(middle, end)
    assert parts == AZ.working_time(start, end)


@given(INSTANTS, TERMS)
def test_nothing_is_due_on_a_day_off(received: datetime, term: int) -> None:
    assert AZ.is_working_day(AZ.due_at(received, term).date())
