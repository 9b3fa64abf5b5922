"""JSON of others: what two readers could take for two things is refused, alone where it stands in a list."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.foreign_json import (
    DEEPEST,
    ForeignJsonError,
    is_readable,
    read_json,
    read_leniently,
    unreadable_as_nan,
)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + "1" + closing * levels


BAD = [
    *(nested(levels) for levels in (DEEPEST + 1, 960, 990, 1_000, 100_000)),
    *(nested(levels, '{"a":', "}") for levels in (DEEPEST + 1, 960, 100_000)),
    '{"a": 1, "a": 2}',
    '{"a": 1, "\\u0061": 2}',
    "NaN",
    "-Infinity",
    "1e999",
    str(2**63),
    str(-(2**63) - 1),
    "9" * 5_000,
]
bad = pytest.mark.parametrize("text", BAD, ids=[text[:20] for text in BAD])


@bad
def test_it_is_refused_without_a_word_of_it(text: str) -> None:
    for whole in (text, f'{{"name": [{text}]}}'):
        with pytest.raises(ForeignJsonError) as refused:
            read_json(whole.encode())
        assert "name" not in str(refused.value).replace("a name twice", "")


@bad
def test_in_a_list_it_leaves_the_others(text: str) -> None:
    first, second, third = read_leniently(f'[{{"n": 1}}, {{"x": {text}}}, {{"n": "] }} [["}}]'.encode())
    assert (first, third) == ({"n": 1}, {"n": "] } [["})
    assert is_readable(first) and not is_readable(second)
    again = json.dumps(second, default=unreadable_as_nan)
    with pytest.raises(ForeignJsonError):
        read_json(again)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "<html>", "[1] [2]", '"' + "\\" * 9_999, "[" * 9_999])
def test_what_is_no_json_is_refused(text: str) -> None:
    for read in (read_json, read_leniently):
        with pytest.raises(ForeignJsonError):
            if not isinstance(read(text), dict | list):
                raise ForeignJsonError("the lenient one has read nothing")
            if not is_readable(read(text)):
                raise ForeignJsonError("or that nothing in it can be read")


@pytest.mark.parametrize(
    "content", [b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), '{"a": 1}'.encode("utf-32")]
)
def test_only_utf_8_is_read(content: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(content)


def test_limits_themselves_are_read() -> None:
    assert read_json(nested(DEEPEST)) and read_leniently(nested(DEEPEST))
    assert read_json(f"[{2**63 - 1}, {-(2**63)}, 1e300, 0.5]") == [2**63 - 1, -(2**63), 1e300, 0.5]
    assert read_json(b'\xef\xbb\xbf{"a": "\\u0259"}') == {"a": "ə"}
    assert read_json(json.dumps({"a": ["[" * 500, '\\"[{' * 500]})) == {"a": ["[" * 500, '\\"[{' * 500]}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(JSON)
def test_what_others_write_rightly_is_read_as_it_is(value: Any) -> None:
    text = json.dumps(value)
    assert read_json(text) == read_leniently(text) == json.loads(text)
