"""Reading files of appeals, and the keys under which they are submitted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.intake_client import key_of, keys_for, read_appeals
from kit.errors import PermanentError
from tests.unit.intake.submissions import body

appeals = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=20), min_size=1), min_size=2, max_size=5
)


@given(appeals)
def test_a_list_and_lines_hold_the_same(entries: list[dict[str, str]]) -> None:
    lines = "\n\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    assert read_appeals(json.dumps(entries, indent=1)) == read_appeals(lines) == entries


def test_one_object_may_stand_on_many_lines() -> None:
    assert read_appeals(json.dumps(body(), indent=2)) == [body()]


@pytest.mark.parametrize(
    ("text", "line"),
    [("", "Line 1 "), ('{"a": 1', "Line 1 "), ('{"a": 1}\n{"a": \n', "Line 2 "), ("{\n  a\n}", "Line 2 ")],
)
def test_a_broken_file_names_the_line(text: str, line: str) -> None:
    with pytest.raises(PermanentError, match=line):
        read_appeals(text)


@pytest.mark.parametrize("text", ["[]", "[1]", '"x"', '{"a": 1}\n7'])
def test_what_is_no_appeal_is_refused(text: str) -> None:
    with pytest.raises(PermanentError, match=r"no appeal|not a JSON object"):
        read_appeals(text)


def test_a_key_follows_from_the_content_and_needs_the_api_key() -> None:
    assert key_of(body(), "k") == key_of(dict(reversed(body().items())), "k")
    assert len({key_of(body(), "k"), key_of(body(text="x"), "k"), key_of(body(), "other")}) == 3


def test_a_given_key_is_numbered_for_several() -> None:
    assert keys_for("mine", [body()], ["k"]) == ["mine"]
    assert keys_for("mine", [body(), body()], ["k", "k"]) == ["mine-1", "mine-2"]
