"""What an agency's field may be at most, at the very limit and one beyond it."""

import pytest

from services.agency_adapter.connectors.rest.fields import ANY_SHAPE, identifier, raw_code, sequence


@pytest.mark.parametrize("number", [0, 1, 2**53 - 1])
def test_a_sequence_that_json_carries_exactly_is_read(number: int) -> None:
    assert sequence({"n": number}, "n") == number


@pytest.mark.parametrize("number", [-1, 2**53, 2**53 + 1, 2**54, True, 1.0, "1"])
def test_a_sequence_that_json_does_not_carry_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match="not a sequence number"):
        sequence({"n": number}, "n")


@pytest.mark.parametrize("length", [1, 64])
def test_a_code_as_long_as_it_may_be_is_read(length: int) -> None:
    assert raw_code("x" * length) == "x" * length


@pytest.mark.parametrize("value", ["", "x" * 65, "x\n", None, True, ["x"]])
def test_a_code_that_is_none_is_not_read(value: object) -> None:
    assert raw_code(value) is None


@pytest.mark.parametrize("length", [1, 200])
def test_an_identifier_as_long_as_it_may_be_is_read(length: int) -> None:
    assert identifier("x" * length, ANY_SHAPE) == "x" * length


@pytest.mark.parametrize("value", ["", "x" * 201, "x y", "ə", "x\x7f", True, None])
def test_an_identifier_beyond_its_limits_is_not_read(value: object) -> None:
    assert identifier(value, ANY_SHAPE) is None


def test_a_number_stands_for_its_digits() -> None:
    assert (identifier(0, ANY_SHAPE), raw_code(0)) == ("0", "0")
    assert (identifier(10**199, ANY_SHAPE), identifier(10**200, ANY_SHAPE)) == ("1" + "0" * 199, None)
