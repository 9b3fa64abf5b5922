"""A suspension moves a deadline by exactly the working time lost to it."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.calendar import Interval, ShortDay, WorkingCalendar, merged
from catalogue.calendar_explanation import explain
from tests.packaged import packaged

AZ = packaged().calendar
HALF = WorkingCalendar(
    code="half",
    version="1",
    holidays={date(2026, 10, 29): "Republic Day"},
    short_days={date(2026, 10, 28): ShortDay(ends=time(13), name="eve of Republic Day")},
)


def baku(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AZ.zone)


def interval(text: str) -> Interval:
    since, _, until = text.partition("..")
    return baku(since), baku(until)


@pytest.mark.parametrize(
    ("due", "suspensions", "moved"),
    [
        # Nothing lost: the deadline stands where it stood, at the day's end and not the next morning.
        ("2026-04-13T18:00", [], "2026-04-13T18:00"),
        ("2026-04-13T18:00", ["2026-04-01T10:00..2026-04-01T10:00"], "2026-04-13T18:00"),
        # A night and a weekend hold no working time.
        ("2026-04-13T18:00", ["2026-04-01T18:00..2026-04-02T09:00"], "2026-04-13T18:00"),
        ("2026-04-13T18:00", ["2026-04-03T18:00..2026-04-06T09:00"], "2026-04-13T18:00"),
        # Three hours of one day: three hours into the next working day.
        ("2026-04-13T18:00", ["2026-04-01T10:00..2026-04-01T13:00"], "2026-04-14T12:00"),
        # One whole day: the next day's end.
        ("2026-04-13T18:00", ["2026-04-01T09:00..2026-04-01T18:00"], "2026-04-14T18:00"),
        # Across Novruz and Ramazan 2026 (20 to 30 March off): three hours before, two after.
        ("2026-04-13T18:00", ["2026-03-19T15:00..2026-03-31T11:00"], "2026-04-14T14:00"),
        # Within the days off: nothing.
        ("2026-04-13T18:00", ["2026-03-20T00:00..2026-03-30T23:59"], "2026-04-13T18:00"),
        # Overlapping and touching ones count once: 10:00 to 14:00 are four hours.
        (
            "2026-04-13T18:00",
            [
                "2026-04-01T10:00..2026-04-01T12:00",
                "2026-04-01T11:00..2026-04-01T13:00",
                "2026-04-01T13:00..2026-04-01T14:00",
            ],
            "2026-04-14T13:00",
        ),
        # Begins on the last day and goes on beyond it: Friday's nine hours and Monday's are lost.
        ("2026-04-17T18:00", ["2026-04-17T09:00..2026-04-20T18:00"], "2026-04-21T18:00"),
        # A second one that begins after the first end, but before the moved one, counts.
        (
            "2026-04-17T18:00",
            ["2026-04-17T09:00..2026-04-17T18:00", "2026-04-20T10:00..2026-04-20T12:00"],
            "2026-04-21T11:00",
        ),
        # Begins when the term has ended: it was late already.
        ("2026-04-17T18:00", ["2026-04-17T18:00..2026-04-25T18:00"], "2026-04-17T18:00"),
        ("2026-04-17T18:00", ["2026-04-20T09:00..2026-04-25T18:00"], "2026-04-17T18:00"),
        # Moved over a holiday: 8 May 2026 is a Friday, 9 May and its day off 11 May are off.
        ("2026-05-08T18:00", ["2026-05-07T09:00..2026-05-07T13:00"], "2026-05-12T13:00"),
    ],
)
def test_a_deadline_moves_by_the_working_time_lost(due: str, suspensions: list[str], moved: str) -> None:
    assert AZ.shift(baku(due), [interval(text) for text in suspensions]) == baku(moved)


@pytest.mark.parametrize(
    ("due", "suspension", "moved"),
    [
        # All of a half day is four hours, whatever the clock shows in the afternoon.
        ("2026-10-27T18:00", "2026-10-26T09:00..2026-10-26T13:00", "2026-10-28T13:00"),
        ("2026-10-30T18:00", "2026-10-28T09:00..2026-10-28T18:00", "2026-11-02T13:00"),
        ("2026-10-30T18:00", "2026-10-28T13:00..2026-10-29T18:00", "2026-10-30T18:00"),
        # Five hours more than a half day holds: over the holiday, into the morning after it.
        ("2026-10-27T18:00", "2026-10-26T09:00..2026-10-26T14:00", "2026-10-30T10:00"),
        # Begins after the half day is over, on the day that is due: nothing is left to lose.
        ("2026-10-28T13:00", "2026-10-28T13:00..2026-11-02T09:00", "2026-10-28T13:00"),
    ],
)
def test_a_half_day_loses_and_gives_what_it_has(due: str, suspension: str, moved: str) -> None:
    assert HALF.shift(baku(due), [interval(suspension)]) == baku(moved)


def test_a_half_day_counts_as_a_day_and_ends_early() -> None:
    assert HALF.due_at(baku("2026-10-27T10:00"), 1) == baku("2026-10-28T13:00")
    assert HALF.due_at(baku("2026-10-27T10:00"), 2) == baku("2026-10-30T18:00")


def test_what_was_suspended_before_the_clock_began_is_not_lost() -> None:
    since = baku("2026-04-01T12:00")
    before = [interval("2026-03-31T09:00..2026-04-01T11:00")]
    assert AZ.shift(baku("2026-04-13T18:00"), before, since) == baku("2026-04-13T18:00")


@pytest.mark.parametrize(
    ("suspension", "moved"),
    [
        ("2026-07-06T11:00..2026-07-06T17:00", "2026-07-09T18:00"),
        ("2026-07-06T09:00..2026-07-06T18:00", "2026-07-09T18:00"),
        ("2026-07-06T11:00..2026-07-07T09:00", "2026-07-09T18:00"),
        ("2026-07-06T11:00..2026-07-07T12:00", "2026-07-10T12:00"),
        ("2026-07-05T11:00..2026-07-07T12:00", "2026-07-10T12:00"),
    ],
)
def test_a_suspension_within_the_day_of_receipt_costs_nothing(suspension: str, moved: str) -> None:
    """That day is not counted, so nothing was lost of it (findings B)."""
    received = baku("2026-07-06T10:00")
    found = explain(AZ, received, 3, [interval(suspension)])
    assert found.due_at == baku(moved)
    assert found.due_at == AZ.shift(AZ.due_at(received, 3), [interval(suspension)], received)
    assert sum((day.lost for day in found.days), timedelta(0)) == sum(
        (pause.lost for pause in found.suspensions), timedelta(0)
    )


def test_an_explanation_lists_no_suspension_that_ended_before_the_clock_began() -> None:
    """One that ended as it began, neither; one that reaches into it counts from the beginning."""
    received = baku("2026-07-06T10:00")
    before, touching = (
        interval("2026-07-01T09:00..2026-07-03T18:00"),
        interval("2026-07-05T09:00..2026-07-06T10:00"),
    )
    assert explain(AZ, received, 3, [before]).suspensions == ()
    assert explain(AZ, received, 3, [before, touching]).suspensions == ()
    (listed,) = explain(AZ, received, 3, [before, interval("2026-07-05T09:00..2026-07-07T10:00")]).suspensions
    assert (listed.since, listed.until) == (received, baku("2026-07-07T10:00"))
    assert (listed.lost, listed.due_at) == (timedelta(hours=1), baku("2026-07-10T10:00"))


def test_a_suspension_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        AZ.shift(baku("2026-04-13T18:00"), [interval("2026-04-02T09:00..2026-04-01T09:00")])


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2026-04-01T00:00", "2026-04-01T09:00"),
        ("2026-04-01T10:30", "2026-04-01T10:30"),
        ("2026-04-01T18:00", "2026-04-02T09:00"),
        ("2026-03-19T18:00", "2026-03-31T09:00"),  # Novruz and Ramazan
        ("2026-04-04T12:00", "2026-04-06T09:00"),  # Saturday
    ],
)
def test_the_next_working_instant(instant: str, opens: str) -> None:
    assert AZ.opens_at(baku(instant)) == baku(opens)
    assert AZ.is_open(baku(instant)) is (instant == opens)


INSTANTS = st.integers(0, 6 * 365 * 1440).map(
    lambda m: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
SUSPENSIONS = st.lists(
    st.tuples(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40))).map(lambda p: (p[0], p[0] + p[1])),
    max_size=5,
)


@given(INSTANTS, st.integers(1, 30), SUSPENSIONS)
def test_the_term_keeps_its_working_time(received: datetime, term: int, suspensions: list[Interval]) -> None:
    """What is left of the time from receipt to the moved end, without the suspensions, is what was given."""
    due = AZ.due_at(received, term)
    moved = AZ.shift(due, suspensions, received)
    counted_from = datetime.combine(received.astimezone(AZ.zone).date() + timedelta(1), time(0), AZ.zone)
    stood = [(max(a, counted_from), min(b, moved)) for a, b in merged(suspensions)]
    lost = sum((AZ.working_time(a, b) for a, b in stood), timedelta(0))
    assert AZ.working_time(received, moved) - lost == AZ.working_time(received, due)


@given(INSTANTS, st.integers(1, 30), SUSPENSIONS)
def test_an_explanation_agrees_with_what_it_explains(
    received: datetime, term: int, suspensions: list[Interval]
) -> None:
    due = AZ.due_at(received, term)
    found = explain(AZ, received, term, suspensions)
    assert found.due_without_suspensions == due
    assert found.due_at == AZ.shift(due, suspensions, received)
    counted = [day for day in found.days if day.day == "counted"]
    assert [day.number for day in counted] == list(range(1, term + 1))
    assert counted[-1].date == due.date()
    assert {day.date for day in found.days if day.day == "skipped"} == {
        day.date for day in found.days[1:] if not AZ.is_working_day(day.date)
    }
    until_due = sum((day.lost for day in found.days), timedelta(0))
    assert until_due <= sum((suspension.lost for suspension in found.suspensions), timedelta(0))


@given(st.lists(INSTANTS, min_size=2, max_size=12).map(lambda x: list(itertools.pairwise(x))))
def test_merging_keeps_the_instants(pairs: list[Interval]) -> None:
    intervals = [(min(pair), max(pair)) for pair in pairs]
    joined = merged(intervals)
    assert all(a < b for a, b in joined)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(joined))
    for edge in {instant for pair in intervals for instant in pair}:
        assert any(a <= edge < b for a, b in intervals) == any(a <= edge < b for a, b in joined)
