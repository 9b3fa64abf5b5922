"""An agency's own hours over the national calendar, and its maintenance windows."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalogue.calendar import WorkingCalendar
from catalogue.hours import Hours, Maintenance, maintained_until, own_calendar
from catalogue.sources import CatalogueError
from tests.unit.catalogue.conftest import Folder

START = datetime(2026, 3, 6, 16, tzinfo=UTC)
NATIONAL = WorkingCalendar(code="az", version="1")


def maintenance(begins: int, ends: int) -> Maintenance:
    """A window so many hours after the start."""
    return Maintenance(
        since=START + timedelta(hours=begins), until=START + timedelta(hours=ends), reason="update"
    )


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def test_without_hours_of_its_own_an_agency_keeps_the_national_ones() -> None:
    assert own_calendar(NATIONAL, None) is NATIONAL


def test_own_hours_leave_the_days_as_they_are() -> None:
    own = own_calendar(NATIONAL, Hours(opens=time(8), closes=time(16)))
    assert (own.day_starts, own.day_ends) == (time(8), time(16))
    assert own.opens_at(START) == NATIONAL.opens_at(START) - timedelta(hours=1)  # a Friday evening


@pytest.mark.parametrize(
    ("instant", "until"),
    [(-1, None), (0, 2), (1, 2), (2, None), (4, 9), (6, 9), (8, 9), (9, None)],
)
def test_windows_that_touch_or_overlap_are_one(instant: int, until: int | None) -> None:
    windows = (maintenance(5, 7), maintenance(0, 2), maintenance(7, 9), maintenance(4, 6))
    assert maintained_until(windows, at(instant)) == (None if until is None else at(until))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=5), st.integers(-1, 30))
def test_the_system_can_be_reached_when_maintenance_ends(spans: list[tuple[int, int]], hour: int) -> None:
    windows = tuple(maintenance(begins, begins + length) for begins, length in spans)
    until = maintained_until(windows, at(hour))
    inside = any(window.since <= at(hour) < window.until for window in windows)
    assert (until is not None) == inside
    if until is not None:
        assert maintained_until(windows, until) is None and until > at(hour)


def test_what_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError):
        Hours(opens=time(18), closes=time(9))
    with pytest.raises(ValidationError):
        maintenance(2, 2)


AGENCY = "agencies/moh.yaml"


def test_a_file_may_announce_maintenance(folder: Folder) -> None:
    announced = (
        "maintenance:\n"
        "  - {from: '2026-03-06T20:00:00+04:00', until: '2026-03-07T06:00:00+04:00', reason: update}\n"
    )
    folder.edit(AGENCY, "example: false\n", announced + "example: false\n")
    [found] = folder.load().agencies["moh"].maintenance
    assert (found.since, found.until) == (START, START + timedelta(hours=10))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            AGENCY,
            "  head: rehber.moh@example.az\n",
            "",
            "no address of 'head', whom the escalation policy notifies.",
        ),
        (AGENCY, "rehber.moh@example.az", "the minister", "contacts.head: String should match pattern"),
        (AGENCY, 'opens: "08:30"', 'opens: "19:30"', "hours open before they close"),
        ("officials.yaml", "code: ministry", "code: minister", "nobody is notified as 'minister'."),
        (
            "officials.yaml",
            "code: ministry",
            "code: minister",
            "no 'ministry', whom the escalation policy notifies.",
        ),
        ("vocabularies.yaml", "  escalated: {", "  raised: {", "deadlines: no word for 'escalated'."),
    ],
)
def test_a_role_that_cannot_be_notified_is_a_fault(
    folder: Folder, file: str, old: str, new: str, message: str
) -> None:
    folder.edit(file, old, new)
    with pytest.raises(CatalogueError) as caught:
        folder.load()
    assert any(message in str(fault) for fault in caught.value.faults), caught.value.faults
