"""A verifier trusts nothing: whatever is stored, it gives an answer, and never raises."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import canonical, differing_columns, verify
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from workflows.case.decide.decider import decide_all
from workflows.case.state import CaseState

HISTORY = decide_all(CaseState(case_id=appeal().case_id), [receive(SEQUENTIAL)], later(0), RULES)
ENTRIES = [canonical(event) for event in HISTORY]
FIRST = ENTRIES[0]


def _with(tail: str) -> str:
    return f"{FIRST[:-1]}{tail}}}"


def _codes(text: str | bytes) -> list[str]:
    return [fault.code for fault in verify([text, *ENTRIES[1:]])]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        "null",
        _with(',"x":NaN'),
        _with(',"x":Infinity'),
        _with(',"x":1e400'),
        _with(f',"x":{2**60}'),
        _with(f',"x":{"9" * 5_000}'),
        _with(',"x":"\\ud800"'),
        _with(f',"x":{"[" * 100_000}{"]" * 100_000}'),
        b"\xff\xfe",
    ],
    ids=range(11),
)
def test_what_is_no_entry_at_all_is_named(text: str | bytes) -> None:
    assert _codes(text) == ["ledger.entry_unreadable"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.loads(FIRST), indent=1),
        json.dumps(json.loads(FIRST), ensure_ascii=True),
        f"{FIRST} ",
        '{"actor":{"id":"minister","kind":"staff"},' + FIRST[1:],
    ],
    ids=["indented", "escaped", "blank behind", "name twice, the forged one first"],
)
def test_an_entry_in_another_form_than_its_canonical_one_is_named(text: str) -> None:
    assert _codes(text) == ["ledger.entry_not_canonical"]


@pytest.mark.parametrize("number", ["1.0", "1e0", "true"])
def test_a_sequence_that_only_equals_a_whole_number_is_named(number: str) -> None:
    text = FIRST.replace('"seq":1}', f'"seq":{number}}}')
    assert text != FIRST
    assert "ledger.sequence_broken" in _codes(text)


def test_entries_behind_an_unreadable_one_are_checked_on() -> None:
    changed = ENTRIES[2].replace("t1.examine", "t1.exemine")
    found = verify([FIRST, "{", changed, *ENTRIES[3:]])
    assert (2, "ledger.entry_unreadable") in [(fault.seq, fault.code) for fault in found]
    assert (3, "ledger.entry_changed") in [(fault.seq, fault.code) for fault in found]


@given(st.lists(st.text() | st.binary() | st.sampled_from(ENTRIES), max_size=4))
def test_any_texts_have_an_answer(texts: list[str | bytes]) -> None:
    assert bool(verify(texts)) != (texts == ENTRIES[: len(texts)])


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(json.loads(FIRST))), json_values)
def test_any_value_in_the_place_of_another_is_found(name: str, value: Any) -> None:
    entry = {**json.loads(FIRST), name: value}
    text = json.dumps(entry)
    assert bool(verify([text])) or text == FIRST


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3))
def test_any_bytes_in_the_place_of_others_are_found(place: int, piece: bytes) -> None:
    whole = FIRST.encode()
    start = place % len(whole)
    text = whole[:start] + piece + whole[start + len(piece) :]
    assert bool(verify([text])) != (text == whole)


ROW: dict[str, Any] = {
    "case_id": HISTORY[0].case_id,
    "seq": 1,
    "type": HISTORY[0].payload.type,
    "recorded_at": HISTORY[0].recorded_at,
    "cause": HISTORY[0].cause,
    "prev_hash": HISTORY[0].prev_hash,
    "hash": HISTORY[0].hash,
    "entry": FIRST,
}


def test_the_columns_of_an_entry_say_what_it_says() -> None:
    assert differing_columns(ROW) == ()
    assert differing_columns({**ROW, "recorded_at": HISTORY[0].recorded_at.astimezone(UTC)}) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("case_id", "another"),
        ("seq", 2),
        ("type", "az.vahid.case.answered.v1"),
        ("recorded_at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("cause", "appeal/other"),
        ("prev_hash", "1" * 64),
        ("hash", "1" * 64),
    ],
)
def test_a_column_that_says_something_else_is_named(name: str, value: object) -> None:
    assert differing_columns({**ROW, name: value}) == (name,)


@pytest.mark.parametrize(
    "change", [lambda _: "{", lambda _: "[]", lambda text: text.replace('"payload"', '"x"')]
)
def test_an_entry_without_a_payload_or_without_content_raises_nothing(change: Callable[[str], str]) -> None:
    assert set(differing_columns({**ROW, "entry": change(FIRST)})) <= {"type"}
