"""A tracking number as it is typed at an entry point."""

from datetime import UTC, datetime

import pytest

from kit.problem import Problem
from services.intake.appeals.responses import parsed_tracking_number
from services.intake.appeals.tracking import tracking_number


def test_a_tracking_number_is_read_as_it_was_given_out() -> None:
    number = tracking_number(datetime(2021, 8, 2, tzinfo=UTC), 1234)
    assert parsed_tracking_number(f" {number.lower()} ") == number


def test_what_is_no_tracking_number_is_not_found() -> None:
    with pytest.raises(Problem) as raised:
        parsed_tracking_number("nothing")
    assert (raised.value.status, raised.value.code) == (404, "tracking_number.invalid")
