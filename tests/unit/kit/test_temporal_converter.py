"""All converters that the SDK makes share one: the adapter of a type is built once a process."""

from datetime import date

from pydantic import BaseModel

from kit.temporal import data_converter


class _Value(BaseModel):
    day: date


def test_a_value_travels_as_json_and_comes_back_as_its_type():
    (payload,) = data_converter.payload_converter.to_payloads([_Value(day=date(2021, 8, 23))])
    assert payload.data == b'{"day":"2021-08-23"}'
    assert data_converter.payload_converter.from_payloads([payload], [_Value]) == [
        _Value(day=date(2021, 8, 23))
    ]


def test_two_converters_share_what_they_have_built():
    first, second = (data_converter.payload_converter_class() for _ in range(2))
    assert first is not second
    assert first.converters is second.converters
