"""Values of YAML that know their lines. Counted by hand."""

import pytest
from ruamel.yaml.error import YAMLError

from catalogue.located_yaml import LocatedList, LocatedMap, parse

TEXT = """# a comment
code: a

steps:
  - one: 1
    two: [x,
      y]
  - {three: 3}
2026: 2026-06-13
"""


def test_each_key_and_item_knows_its_line() -> None:
    found = parse(TEXT)
    assert isinstance(found, LocatedMap)
    assert (found.line, found.lines) == (2, {"code": 2, "steps": 4, "2026": 9})
    steps = found["steps"]
    assert isinstance(steps, LocatedList)
    assert (steps.line, steps.lines) == (5, [5, 8])
    assert [step.lines for step in steps] == [{"one": 5, "two": 6}, {"three": 8}]
    assert steps[0]["two"].lines == [6, 7]


def test_keys_and_dates_are_strings_and_other_values_what_they_are() -> None:
    found = parse("2026: 2026-06-13\nat: 09:00\nyes: no\nshare: 0.5\nfull: true\nnothing:\n")
    assert found == {
        "2026": "2026-06-13",
        "at": "09:00",
        "yes": "no",
        "share": 0.5,
        "full": True,
        "nothing": None,
    }


def test_an_anchor_is_read_where_it_is_used() -> None:
    found = parse("first: &a {code: x}\nsecond: *a\nthird: {<<: *a, more: 1}\n")
    assert isinstance(found, LocatedMap)
    assert found["second"] == {"code": "x"} and found["third"] == {"code": "x", "more": 1}
    assert found["third"].lines == {"code": 1, "more": 3}


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2", "a: [", "a: 1\n\tb: 2", "!!python/object/apply:os.system ['true']", "a: *b"]
)
def test_what_is_not_valid_is_refused(text: str) -> None:
    with pytest.raises(YAMLError):
        parse(text)
