"""The hash chain finds every change."""

import json

import pytest

from kit.canonical_json import canonical_json
from ledger.chain import canonical, digest, verify
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from workflows.case.decide.decider import decide_all
from workflows.case.state import CaseState


@pytest.fixture
def entries() -> list[str]:
    recorded = decide_all(CaseState(case_id=appeal().case_id), [receive(SEQUENTIAL)], later(0), RULES)
    return [canonical(event) for event in recorded]


def test_an_untouched_history_verifies(entries):
    assert len(entries) >= 3
    assert verify(entries) == ()


def test_a_changed_value_is_found(entries):
    changed = entries[1].replace("disability-assessment", "disability-assassment")
    assert changed != entries[1]
    assert [fault.code for fault in verify([entries[0], changed, *entries[2:]])] == ["ledger.entry_changed"]


def test_a_missing_entry_is_found(entries):
    assert {fault.code for fault in verify([entries[0], *entries[2:]])} >= {"ledger.sequence_broken"}


def test_a_swap_is_found(entries):
    assert verify([entries[1], entries[0], *entries[2:]])


def test_an_entry_rehashed_alone_breaks_the_link_of_the_next(entries):
    entry = json.loads(entries[0])
    entry["actor"]["id"] = "somebody-else"
    entry["hash"] = digest(entry)
    rewritten = canonical_json(entry).decode()
    assert [(f.seq, f.code) for f in verify([rewritten, *entries[1:]])] == [(2, "ledger.link_broken")]


def test_a_field_that_appears_later_does_not_change_an_old_hash(entries):
    from schemas.case_events import RecordedEvent

    again = [canonical(RecordedEvent.model_validate_json(entry)) for entry in entries]
    assert again == entries
