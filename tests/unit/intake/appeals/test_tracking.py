"""A tracking number survives a telephone line: every slip of one character, every exchange is found."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.appeals.tracking import (
    ALPHABET,
    TrackingNumberError,
    parse_tracking_number,
    tracking_number,
)

numbers = st.builds(
    tracking_number,
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 10**12),
)


def is_refused(typed: str) -> bool:
    try:
        parse_tracking_number(typed)
    except TrackingNumberError:
        return True
    return False


@given(numbers)
def test_a_number_given_out_is_read_back_in_any_case(number: str) -> None:
    assert parse_tracking_number(f" {number.lower()} ") == number


@given(numbers, st.data())
def test_every_single_wrong_character_is_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.one_of(st.sampled_from(ALPHABET + "BILOSUZ-"), st.characters()))
    typed = number[:place] + wrong + number[place + 1 :]
    if wrong.upper() != number[place] and typed.strip().upper() != number:
        assert is_refused(typed)


@given(numbers, st.data())
def test_every_exchange_of_neighbours_is_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 2))
    first, second = number[place], number[place + 1]
    if first != second:
        assert is_refused(number[:place] + second + first + number[place + 2 :])


def test_every_slip_in_one_number_is_found_exhaustively() -> None:
    number = tracking_number(datetime(2021, 8, 23, 9, tzinfo=UTC), 1234)
    slips = {
        number[:place] + wrong + number[place + 1 :]
        for place in range(len(number))
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ- "
    } - {number}
    assert all(is_refused(slip) for slip in slips)


def test_the_year_is_that_of_baku() -> None:
    assert tracking_number(datetime(2021, 12, 31, 20, 30, tzinfo=UTC), 1).startswith("VHD-22-0000001-")


@pytest.mark.parametrize("typed", ["", "VHD", "VHD-21-0001234", "VHD-21-٠٠٠١٢٣٤-K", "XHD-21-0001234-K"])
def test_another_shape_is_refused_without_an_echo(typed: str) -> None:
    with pytest.raises(TrackingNumberError) as refused:
        parse_tracking_number(typed)
    assert not typed or typed not in refused.value.message
