"""The rules that a case is pinned to: the years of its calendar, the maintenance of agencies."""

from datetime import timedelta

import pytest

from catalogue.hours import Maintenance
from kit.errors import InstallationError
from tests.builders import (
    MONDAY,
    RULES,
    later,
)
from tests.packaged import packaged
from workflows.case.rules import Rules


def test_an_agency_is_maintained_in_its_own_windows_only():
    window = Maintenance(since=later(2), until=later(4), reason="update")
    rules = RULES.model_copy(update={"maintenance": {"moh": (window,)}})
    assert rules.maintained_until("moh", later(3)) == later(4)
    assert rules.maintained_until("moh", later(4)) is None
    assert rules.maintained_until("mlspp", later(3)) is None
    assert Rules.model_validate_json(rules.model_dump_json(by_alias=True)) == rules


def test_a_case_begins_with_the_windows_that_are_still_ahead():
    windows = tuple(
        Maintenance(since=later(hours), until=later(hours + 1), reason="update") for hours in (-5, -0.5, 9)
    )
    catalogue = packaged()
    moh = catalogue.agencies["moh"].model_copy(update={"maintenance": windows})
    announced = catalogue.model_copy(update={"agencies": {**catalogue.agencies, "moh": moh}})
    assert Rules.of(announced, MONDAY).maintenance == {"moh": windows[1:]}
    assert Rules.of(catalogue, MONDAY).maintenance == {}


def test_the_rules_of_a_new_year_know_the_days_of_the_old_one() -> None:
    catalogue = packaged()
    first, _ = catalogue.calendar.years
    january = later(0).replace(year=first + 2, month=1, day=4)
    assert Rules.of(catalogue, january).calendar.years[0] == first + 1
    assert Rules.of(catalogue, january.replace(year=first)).calendar.years[0] == first


def test_rules_promise_no_day_that_the_calendar_does_not_know() -> None:
    """A term that may end in an unknown year waits, as the installation's fault (findings K5)."""
    catalogue = packaged()
    longest, ends_at = catalogue.longest_term(), catalogue.calendar.ends_at
    assert longest == 60
    day = ends_at - timedelta(days=1)
    while not catalogue.calendar.covers(catalogue.calendar.due_at(day, longest).date()):
        with pytest.raises(InstallationError, match="calendar_ended"):
            Rules.of(catalogue, day)
        day -= timedelta(days=1)
    assert Rules.of(catalogue, day).calendar.due_at(day, longest).year == ends_at.year - 1
    for later_on in (ends_at, ends_at + timedelta(days=400)):
        with pytest.raises(InstallationError, match="calendar_ended"):
            Rules.of(catalogue, later_on)
