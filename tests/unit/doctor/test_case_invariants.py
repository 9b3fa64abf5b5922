"""What must hold of one case: each finding once, and none of a healthy one."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from doctor.case_invariants import StoredCase, check_case
from kit.canonical_json import canonical_json
from ledger.chain import digest
from schemas.actors import Actor
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseAnswered, CaseReopened
from tests.hand_overs import parted
from tests.unit.doctor.histories import ANSWERED, CASE, OPEN, decided, rechained, restored, shown, stored

HEALTHY = stored(decided(*ANSWERED))


@pytest.mark.parametrize("commands", [OPEN, ANSWERED], ids=["open", "answered"])
def test_a_healthy_case_has_no_findings(commands: tuple[object, ...]) -> None:
    assert check_case(stored(decided(*commands))) == []


@pytest.mark.parametrize("tracks", [("t2",), ("t1", "t2")], ids=["some", "all"])
def test_neither_a_case_that_handed_tracks_over_nor_the_one_that_took_them_has_findings(
    tracks: tuple[str, ...],
) -> None:
    assert [check_case(stored(history)) for history in parted(*tracks)] == [[], []]


def _entry(place: int, change: Callable[[dict[str, object]], object]) -> StoredCase:
    entries = list(HEALTHY.entries)
    entry = json.loads(entries[place])
    change(entry)
    entries[place] = canonical_json(entry).decode()
    return replace(HEALTHY, entries=entries)


def _swapped() -> StoredCase:
    first, second, *rest = HEALTHY.entries
    return replace(HEALTHY, entries=[second, first, *rest])


def _answered(history: tuple[RecordedEvent, ...]) -> RecordedEvent:
    return next(event for event in history if isinstance(event.payload, CaseAnswered))


def _twice_answered() -> StoredCase:
    history = decided(*ANSWERED)
    return restored([*history, _answered(history)])


def _reopened_without_an_answer() -> StoredCase:
    opened = decided(*OPEN)
    clock = opened[0].payload.clock  # type: ignore[union-attr]
    again = CaseReopened(opening=2, reason="objection", clock=clock)
    return restored([*opened, opened[0].model_copy(update={"payload": again})])


def _headless() -> StoredCase:
    """Rewritten from its second event on; the rows are still those of the whole history."""
    return replace(HEALTHY, entries=rechained(decided(*ANSWERED)[1:]))


def _nameless() -> StoredCase:
    history = decided(*ANSWERED)
    return restored([*history[:2], history[2].model_copy(update={"cause": " "}), *history[3:]])


def _actorless() -> StoredCase:
    history = decided(*ANSWERED)
    nobody = Actor(kind="staff", id="")
    return restored([*history[:2], history[2].model_copy(update={"actor": nobody}), *history[3:]])


def _unknown_entry() -> StoredCase:
    event = decided(*OPEN)[0]
    case = restored([event])
    entry = json.loads(case.entries[0])
    entry["payload"]["type"] = "az.vahid.case.vanished.v1"
    entry["hash"] = digest(entry)
    return replace(case, entries=[canonical_json(entry).decode()])


SPOILT: list[tuple[str, StoredCase, str, str]] = [
    ("entry changed", _entry(1, lambda e: e.update(cause="else")), "ledger.entry_changed", "Entry 2"),
    ("entry cut out", replace(HEALTHY, entries=HEALTHY.entries[1:]), "ledger.sequence_broken", "Entry 1"),
    ("link broken", _entry(1, lambda e: e.update(prev_hash="0" * 64)), "ledger.link_broken", "Entry 2"),
    ("entries swapped", _swapped(), "ledger.sequence_broken", "Entry 1"),
    ("entry of an unknown event", _unknown_entry(), "ledger.entry_unknown", "1 faults"),
    ("history gone", replace(HEALTHY, entries=()), "ledger.history_missing", "no history"),
    ("tail cut off", replace(HEALTHY, entries=HEALTHY.entries[:-1]), "read_model.differs", "the case"),
    ("answered twice", _twice_answered(), "outcome.doubled", "Opening 1 was answered 2 times"),
    ("opening unanswered", _reopened_without_an_answer(), "outcome.missing", "Opening 1 ended"),
    ("no opening", _headless(), "case.not_opened", "does not begin"),
    ("no cause", _nameless(), "event.no_cause", "Entry 3"),
    ("no actor", _actorless(), "event.no_cause", "Entry 3"),
    ("not shown", replace(HEALTHY, row=None), "read_model.missing", "does not show"),
    ("shown otherwise", shown(HEALTHY, outcome="refused"), "read_model.differs", "outcome"),
    ("shown as open", shown(HEALTHY, status="open"), "read_model.differs", "status"),
    ("track not shown", replace(HEALTHY, tracks=()), "read_model.differs", "track t1"),
    ("step not shown", replace(HEALTHY, steps=HEALTHY.steps[1:]), "read_model.differs", "step t1."),
    (
        "step from nowhere",
        replace(HEALTHY, steps=[*HEALTHY.steps, {"step": "t9.x"}]),
        "read_model.differs",
        "step t9.x has no history",
    ),
]


@pytest.mark.parametrize(("case", "code", "sentence"), [s[1:] for s in SPOILT], ids=[s[0] for s in SPOILT])
def test_what_is_wrong_with_a_case_is_named(case: StoredCase, code: str, sentence: str) -> None:
    found = check_case(case)
    assert {finding.subject for finding in found} == {CASE}
    assert all(finding.level == "broken" for finding in found)
    assert any(finding.code == code and sentence in finding.sentence for finding in found), found


def test_a_chain_that_does_not_verify_is_reported_before_anything_is_read_from_it() -> None:
    broken = _entry(0, lambda entry: entry.update(payload={"type": "nonsense"}))
    assert {finding.code for finding in check_case(broken)} == {"ledger.entry_changed"}
