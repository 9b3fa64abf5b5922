"""What stands after an entry is returned, verified, or the alarm is raised."""

from typing import NamedTuple

import pytest

from ledger.chain import GENESIS, canonical
from ledger.store import BrokenChainError, following
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from workflows.case.decide.decider import decide_all
from workflows.case.state import CaseState

CASE = appeal().case_id


class Row(NamedTuple):
    """A row of `ledger.events` as the ledger reads it."""

    seq: int
    hash: str
    entry: str


@pytest.fixture
def events():
    return decide_all(CaseState(case_id=CASE), [receive(SEQUENTIAL)], later(0), RULES)


@pytest.fixture
def rows(events) -> list[Row]:
    return [Row(event.seq, event.hash, canonical(event)) for event in events]


def test_from_the_start_it_is_all_that_stands(events, rows) -> None:
    assert following(CASE, rows, 0, GENESIS) == events
    assert following(CASE, [], 0, GENESIS) == ()


def test_after_an_entry_it_is_what_follows_on_that(events, rows) -> None:
    assert following(CASE, rows[1:], 2, rows[1].hash) == events[2:]
    assert following(CASE, rows[-1:], rows[-1].seq, rows[-1].hash) == ()


@pytest.mark.parametrize(("after", "head"), [(2, GENESIS), (2, "f" * 64), (0, "f" * 64), (999, "f" * 64)])
def test_another_head_is_an_alarm(rows, after: int, head: str) -> None:
    with pytest.raises(BrokenChainError) as raised:
        following(CASE, [row for row in rows if row.seq >= after], after, head)
    assert raised.value.code == "ledger.head_differs"
    assert f"{CASE}: entry {after} " in str(raised.value)


def test_what_does_not_verify_is_an_alarm_with_its_place(rows) -> None:
    changed = rows[2]._replace(entry=rows[2].entry.replace(CASE, CASE[::-1]))
    with pytest.raises(BrokenChainError) as raised:
        following(CASE, [*rows[:2], changed, *rows[3:]], 0, GENESIS)
    assert raised.value.code == "ledger.entry_changed"
    assert f"{CASE}: entry 3 " in str(raised.value)
