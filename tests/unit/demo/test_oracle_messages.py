"""The logs of the mail and SMS providers against the history."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.demo import world
from vahid.demo.evidence import Evidence
from vahid.demo.oracle import examine_evidence

STATUS = world.status("t1.decide", "10:00:00", 9)


@pytest.mark.parametrize(
    "payload",
    [
        world.event("term.extended", reason="additional_study"),
        world.event("step.information_requested", status=STATUS, clock={"kind": "information"}),
        world.event("step.forwarded", step="t1.decide", to_agency="moh"),
        world.event("step.reassigned", step="t1.decide", to_agency="moh"),
        world.event("track.opened", track="t2", purpose="review"),
    ],
    ids=lambda payload: str(payload["type"]),
)
def test_a_notice_of_each_kind_is_expected_once_by_every_channel(payload: dict[str, Any]) -> None:
    evidence, history = world.evidence(), world.history()
    world.insert(history, 5, payload)
    missing = [
        found for found in world.contradictions(evidence, history) if "3 messages instead of 4" in found
    ]
    assert len(missing) == 2
    evidence.mails.append({"rcpt_tos": [world.EMAIL], "message_id": "<notice@vahid>"})
    evidence.texts.append({"to": world.PHONE, "client_reference": "notice"})
    assert world.contradictions(evidence, history) == []


@pytest.mark.parametrize(
    "payload",
    [
        world.event("step.information_requested", status=STATUS),
        world.event("track.opened", track="t2", purpose="instruction"),
        world.event("step.acknowledged", status=STATUS),
    ],
    ids=lambda payload: str(payload["type"]),
)
def test_any_other_event_notifies_nobody(payload: dict[str, Any]) -> None:
    evidence, history = world.evidence(), world.history()
    history.append({"subject": "b", "data": {"seq": 5, "payload": payload}})
    assert world.contradictions(evidence, history) == []


OFFICES = {
    "mlspp/handler": "muraciet@example.az",
    "mlspp/head": "rehber@example.az",
    "centre": "vem@example.az",
}
CASE_A = "00000000-0000-0000-0000-00000000000a"


def _with_deadlines() -> tuple[Evidence, world.History]:
    """A third case with a reminder and an escalation, and the mails about them."""
    about = {"subject": "t1.x", "agencies": ["mlspp"]}
    near = world.event("deadline.reminded", deadline="1/service_norm/half", told=["handler"], **about)
    passed = world.event(
        "deadline.escalated", deadline="1/service_norm/end", told=["head", "centre"], **about
    )
    evidence, history = world.evidence(), world.history()
    history += world.messages(CASE_A, near, passed)
    half, end = (f"[{CASE_A} t1.x 1/service_norm/{level}]" for level in ("half", "end"))
    evidence.mails.extend(
        {"rcpt_tos": [OFFICES[who]], "message_id": f"<{who}@vahid>", "text": f"Overdue {line}\n"}
        for who, line in (("mlspp/handler", half), ("mlspp/head", end), ("centre", end))
    )
    return replace(evidence, offices=OFFICES), history


def test_officials_notified_of_each_deadline_once_are_no_contradiction() -> None:
    evidence, history = _with_deadlines()
    assert world.contradictions(evidence, history) == []
    counts = examine_evidence(evidence, history).counts
    assert (counts["mails"], counts["deadline notices"]) == (3, 3)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda mails: mails.pop(), "official vem@example.az: notified 0 times instead of 1"),
        (lambda mails: mails[3].update(text=mails[3]["text"] * 2), "muraciet@example.az: notified 2 times"),
        (
            lambda mails: mails[4].update(text=mails[3]["text"]),
            "rehber@example.az: notified 1 times",
        ),
    ],
    ids=["not notified", "notified twice", "notified of another's"],
)
def test_a_notice_that_contradicts_the_history_is_found(
    spoil: Callable[[list[dict[str, Any]]], object], sentence: str
) -> None:
    evidence, history = _with_deadlines()
    spoil(evidence.mails)
    found = world.contradictions(evidence, history)
    assert any(sentence in contradiction for contradiction in found), found
