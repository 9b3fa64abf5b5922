"""The logs of agencies against the history."""

from typing import Any

import pytest

from tests.unit.demo import world
from vahid.demo.evidence import Evidence


@pytest.mark.parametrize(
    ("superseded", "older"),
    [
        (world.status("t1.decide", "09:00:00", 2), True),  # three came before it
        (world.status("t1.decide", "07:00:00", 4), False),
        (world.status("t1.examine", "08:30:00.5"), True),
        (world.status("t1.examine", "08:30:01.5"), False),
        (world.status("t1.examine", "08:40:00", 5), False),  # the acceptance has no number, and is older
        (world.status("t1.else", "07:00:00"), False),
    ],
)
def test_a_superseded_status_is_older_than_one_taken_before(superseded: dict[str, Any], older: bool) -> None:
    history = world.history()
    statuses = [
        world.event("step.acknowledged", step="t1.examine", status=world.status("t1.examine", "08:30:01")),
        world.event("step.progressed", step="t1.decide", status=world.status("t1.decide", "08:00:00", 3)),
        world.event("status.ignored", reason="status.superseded", status=superseded),
    ]
    world.insert(history, 5, *statuses)
    found = world.contradictions(world.evidence(), history)
    assert found == ([] if older else ["case a: entry 8 ignores a status as superseded that is newer"])


def _logged(*outcomes: str, message: str = "a/recall/t1.examine/1") -> list[dict[str, Any]]:
    return [{"message": message, "outcome": outcome} for outcome in outcomes]


def _recalled(evidence: Evidence, history: world.History) -> None:
    """The first step of case `a` was sent anew, and its agency was sent a recall of the first assignment."""
    evidence.agencies["moh"] += _logged("accepted", "repeated")
    evidence.agencies["moh"].append({"key": "a/t1.examine/2", "outcome": "new"})
    again = {**world.dispatched("t1.examine", "moh"), "attempt": 2}
    moved = (world.event("step.redispatched", step="t1.examine"), again)
    world.insert(history, 3, *moved, world.delivered("recall/t1.examine/1"))


def test_a_recall_with_its_cause_is_no_contradiction() -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    assert world.contradictions(evidence, history) == []


def test_a_recalled_assignment_need_not_have_arrived() -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    del evidence.agencies["moh"][:-1]
    assert world.contradictions(evidence, history) == []


@pytest.mark.parametrize(
    ("document", "contradictions"),
    [
        ("d1", []),
        ("d2", ["moh: took message a/attachment/t1.examine/1/d2, which has no cause in the history"]),
    ],
)
def test_the_cause_of_a_message_about_a_document_is_its_addition(
    document: str, contradictions: list[str]
) -> None:
    evidence, history = world.evidence(), world.history()
    message = f"attachment/t1.examine/1/{document}"
    evidence.agencies["moh"] += _logged("accepted", message=f"a/{message}")
    added = world.event("attachment.added", attachment={"attachment_id": "d1"})
    world.insert(history, 3, added, world.delivered(message))
    assert world.contradictions(evidence, history) == contradictions


WRONG_MESSAGES: list[tuple[world.Spoil, str]] = [
    (
        lambda e, h: e.agencies["moh"].extend(_logged("accepted")),
        "moh: took message a/recall/t1.examine/1 2 times",
    ),
    (
        lambda e, h: e.agencies["mlspp"].extend(_logged("accepted", message="a/recall/t1.decide/1")),
        "mlspp: took message a/recall/t1.decide/1, which has no cause in the history",
    ),
    (
        lambda e, h: e.agencies.update(moh=[entry for entry in e.agencies["moh"] if "key" in entry]),
        "message a/recall/t1.examine/1: recorded as delivered, and in no agency's log",
    ),
    (
        lambda e, h: h.append(
            {"subject": "b", "data": {"seq": 5, "payload": world.delivered("information/t1.triage/1/1")}}
        ),
        "message b/information/t1.triage/1/1: recorded as delivered, and in no agency's log",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), WRONG_MESSAGES)
def test_a_wrong_message_to_an_agency_is_found(spoil: world.Spoil, sentence: str) -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    spoil(evidence, history)
    assert world.contradictions(evidence, history) == [sentence]
