"""The quick way to canonical JSON writes what the library writes, and refuses what it refuses."""

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kit.canonical_json import canonical_json

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@given(values)
def test_it_is_the_form_of_the_library_or_its_refusal(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical_json(value)
    else:
        assert canonical_json(value) == expected


@pytest.mark.parametrize(
    "value", [{"\U0001f600": 1, "\ufb33": 2}, {"é": 1, "z": 2}, [1.0, 1e21], {"\x7f": "\x1f/"}]
)
def test_names_sort_in_utf_16_and_numbers_read_as_in_javascript(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", ["\ud800", {"a": "\ud800"}, 2**53, -(2**53), math.nan, {1: "a"}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(value)
