"""What an agency's field may be at most, at the very limit and one beyond it."""

import math

import pytest
from pydantic import ValidationError

from services.agency_adapter.connectors.rest.fields import ANY_SHAPE, NO_CODE, identifier, raw_code, sequence
from services.agency_adapter.connectors.rest.mapping import Poll

POLL = {
    "path": "/changes",
    "cursor_parameter": "after",
    "first": "0",
    "limit_parameter": "n",
    "items": "$",
    "next": "next",
}


@pytest.mark.parametrize("number", [0, 1, 7.0, 2**53 - 1])
def test_a_sequence_that_json_carries_exactly_is_read(number: int) -> None:
    assert sequence({"n": number}, "n") == number


@pytest.mark.parametrize("number", [-1, 2**53, 2**53 + 1, 2**54, True, 1.5, 2.0**53, -1.0, math.inf, "1"])
def test_a_sequence_that_json_does_not_carry_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match="not a sequence number"):
        sequence({"n": number}, "n")


@pytest.mark.parametrize("length", [1, 32])
def test_a_code_as_long_as_it_may_be_is_read(length: int) -> None:
    assert raw_code("x" * length, ()) == "x" * length
    assert raw_code("x" * 33, ()) == NO_CODE and raw_code("x" * 64, {"x" * 64: "note"}) == "x" * 64


@pytest.mark.parametrize(
    "code", ["ARCHIVED", "IN_WORK", "card-opened", "at.clinic", "W", "T1", "700", "x1_y2"]
)
def test_a_code_in_the_shape_of_one_is_kept(code: str) -> None:
    assert raw_code(code, ()) == code


@pytest.mark.parametrize(
    "sent",
    [
        "Elnur Mammadov öldü",
        "Elnur_Mammadov",
        "Mammadov",
        "əlil",
        "refused for Mammadova A.",
        "5ABC1D2",
        "ABC12D3",
        "0501234567",
        "+994501234567",
        "a@example.az",
        "DONE ",
        "-",
    ],
)
def test_what_may_say_anything_of_anybody_is_no_code(sent: str) -> None:
    assert raw_code(sent, ()) == NO_CODE
    assert raw_code(sent, {sent: "note"}) == sent  # agreed on in the mapping


@pytest.mark.parametrize("value", ["", "x" * 65, "x\n", None, True, ["x"]])
def test_a_code_that_is_none_is_not_read(value: object) -> None:
    assert raw_code(value, ()) is None


@pytest.mark.parametrize("length", [1, 200])
def test_an_identifier_as_long_as_it_may_be_is_read(length: int) -> None:
    assert identifier("x" * length, ANY_SHAPE) == "x" * length


@pytest.mark.parametrize("value", ["", "x" * 201, "x y", "ə", "x\x7f", True, None])
def test_an_identifier_beyond_its_limits_is_not_read(value: object) -> None:
    assert identifier(value, ANY_SHAPE) is None


def test_a_number_stands_for_its_digits() -> None:
    assert (identifier(0, ANY_SHAPE), raw_code(0, ())) == ("0", "0")
    assert (identifier(7.0, ANY_SHAPE), raw_code(7.0, ())) == ("7", "7")  # JSON has one kind of number
    assert (identifier(7.5, ANY_SHAPE), raw_code(7.5, ())) == (None, None)
    assert (identifier(10**199, ANY_SHAPE), identifier(10**200, ANY_SHAPE)) == ("1" + "0" * 199, None)


@pytest.mark.parametrize("limit", [1, 1000])
def test_as_many_changes_as_may_be_fetched_at_once(limit: int) -> None:
    assert Poll(**POLL, limit=limit).limit == limit
    assert Poll(**POLL).limit == 200


@pytest.mark.parametrize("limit", [0, 1001])
def test_no_more_changes_are_fetched_at_once_and_no_fewer(limit: int) -> None:
    with pytest.raises(ValidationError):
        Poll(**POLL, limit=limit)


@pytest.mark.parametrize("cursors", [{"next": None}, {"next": "a", "next_of_item": "b"}])
def test_a_cursor_is_in_one_place(cursors: dict[str, str | None]) -> None:
    with pytest.raises(ValidationError, match="one of them"):
        Poll(**{**POLL, **cursors})
