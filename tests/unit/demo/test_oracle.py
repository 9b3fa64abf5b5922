"""The oracle finds every kind of contradiction, and none where there is none."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalogue.loader import PACKAGED
from tests.packaged import packaged
from tests.unit.demo import world
from vahid.demo.evidence import Evidence, gather
from vahid.demo.oracle import examine_evidence

History = list[dict[str, Any]]
Spoil = Callable[[Evidence, History], object]


def _seen(evidence: Evidence, history: History) -> list[str]:
    return examine_evidence(evidence, history).contradictions


def test_a_consistent_run_has_no_contradiction() -> None:
    found = examine_evidence(world.evidence(), world.history())
    assert found.contradictions == []
    assert found.counts == {
        "receipts": 3,
        "cases": 2,
        "events": 11,
        "assignments": 2,
        "mails": 3,
        "texts": 3,
        "deadlines told": 0,
    }


def test_a_message_that_kafka_holds_twice_counts_once() -> None:
    history = world.history()
    assert _seen(world.evidence(), history + deepcopy(history[3:6])) == []


def _payload(history: History, place: int) -> dict[str, Any]:
    payload: dict[str, Any] = history[place]["data"]["payload"]
    return payload


def _appeal_in_both_cases(evidence: Evidence, history: History) -> None:
    joins = world.event("appeal.joined", appeal=world.appeal(1))
    history[8:] = world.messages(
        "b", _payload(history, 7), joins, *(_payload(history, n) for n in (8, 9, 10))
    )
    evidence.mails.append({"rcpt_tos": [world.EMAIL], "message_id": "<joined@vahid>"})
    evidence.texts.append({"to": world.PHONE, "client_reference": "joined"})


def _answered_twice(evidence: Evidence, history: History) -> None:
    history += [{"subject": "b", "data": {"seq": 5, "payload": deepcopy(_payload(history, 10))}}]


SPOILT: list[tuple[str, Spoil, str]] = [
    ("lost appeal", lambda e, h: e.receipts.append(world.receipt(4, notice={})), "VHD-4: accepted, and in 0"),
    ("doubled appeal", _appeal_in_both_cases, "VHD-1: accepted, and in 2 cases"),
    ("appeal from nowhere", lambda e, h: e.receipts.pop(2), "VHD-3: in a case, and nobody holds a receipt"),
    ("other receipt", lambda e, h: e.receipts[0].update(receipt="forged"), "VHD-1: the case has another"),
    ("unanswered case", lambda e, h: h.pop(), "case b: 1 openings and 0 answers"),
    ("answered twice", _answered_twice, "case b: 1 openings and 2 answers"),
    (
        "answer that leaves an appeal out",
        lambda e, h: _payload(h, 6).update(tracking_numbers=["VHD-1"]),
        "VHD-2: not answered",
    ),
    (
        "doubled assignment",
        lambda e, h: e.agencies["mlspp"].append({"key": "a/t1.decide/1", "outcome": "new"}),
        "mlspp: took assignment a/t1.decide/1 2 times",
    ),
    (
        "assignment never decided",
        lambda e, h: e.agencies["moh"].append({"key": "a/t9.else/1", "outcome": "new"}),
        "moh: assignment a/t9.else/1 arrived and was never decided",
    ),
    (
        "assignment at the wrong agency",
        lambda e, h: e.agencies["moh"].append(e.agencies["mlspp"].pop()),
        "moh: assignment a/t1.decide/1 arrived and was never decided",
    ),
    (
        "assignment never arrived",
        lambda e, h: e.agencies["mlspp"].clear(),
        "mlspp: assignment a/t1.decide/1 was decided and never arrived",
    ),
    (
        "agency without a log",
        lambda e, h: e.agencies.pop("moh"),
        "moh: assignment a/t1.examine/1 was decided",
    ),
    ("missing mail", lambda e, h: e.mails.pop(), "2 messages instead of 3"),
    ("missing text", lambda e, h: e.texts.pop(), "2 messages instead of 3"),
    (
        "text too many",
        lambda e, h: e.texts.append({"to": world.PHONE, "client_reference": "one-more"}),
        "4 messages instead of 3",
    ),
    (
        "mail to a stranger",
        lambda e, h: e.mails.append({"rcpt_tos": ["stranger@example.az"], "message_id": "<9@vahid>"}),
        "1 messages instead of 0",
    ),
    (
        "message without consent",
        lambda e, h: e.receipts[0]["notice"].update(email=False),
        "messages instead of",
    ),
    ("text sent twice", lambda e, h: e.texts.append(dict(e.texts[0])), "text text-1: sent 2 times"),
    ("mail sent twice", lambda e, h: e.mails.append(dict(e.mails[0])), "mail <1@vahid>: sent 2 times"),
    ("gap in the history", lambda e, h: h.pop(2), "case a: the published history has a gap"),
    ("history without its head", lambda e, h: h.pop(7), "case b: the published history has a gap"),
    (
        "two histories of one case",
        lambda e, h: h.append(
            {"subject": "b", "data": {"seq": 2, "payload": world.dispatched("t1.x", "moh")}}
        ),
        "case b: entry 2 was published in two versions",
    ),
]


def _said(step: str, instant: str, sequence: int | None = None) -> dict[str, Any]:
    """What an agency said of its first attempt at a step."""
    numbered = {} if sequence is None else {"agency_sequence": sequence}
    return {"step": step, "attempt": 1, "occurred_at": f"2021-08-24T{instant}Z", **numbered}


HEARD = _said("t1.decide", "10:00:00", 9)


@pytest.mark.parametrize(
    ("passed_over", "rightly"),
    [
        (_said("t1.decide", "09:00:00", 2), True),  # three came before it
        (_said("t1.decide", "07:00:00", 4), False),
        (_said("t1.examine", "08:30:00.5"), True),
        (_said("t1.examine", "08:30:01.5"), False),
        (_said("t1.examine", "08:40:00", 5), False),  # what was said by accepting has no number, and is older
        (_said("t1.else", "07:00:00"), False),
    ],
)
def test_what_is_passed_over_is_older_than_what_came_before(
    passed_over: dict[str, Any], rightly: bool
) -> None:
    history = world.history()
    payloads = [_payload(history, place) for place in range(7)]
    heard = [
        world.event("step.acknowledged", step="t1.examine", status=_said("t1.examine", "08:30:01")),
        world.event("step.progressed", step="t1.decide", status=_said("t1.decide", "08:00:00", 3)),
        world.event("status.ignored", reason="status.superseded", status=passed_over),
    ]
    history[:7] = world.messages("a", *payloads[:5], *heard, *payloads[5:])
    found = _seen(world.evidence(), history)
    assert found == (
        [] if rightly else ["case a: entry 8 passes over what is not older than what came before"]
    )


def _handed(to_case: str) -> list[dict[str, Any]]:
    """Case `a` hands its tracks to another case before it is answered; appeal 2 goes along as well."""
    history = world.history()
    payloads = [_payload(history, place) for place in range(5)]
    handed = {"id": "h", "to_case": to_case, "appeals": [world.appeal(1), world.appeal(2)]}
    leaves = world.messages(
        "a",
        *payloads,
        world.event("tracks.handed_over", hand_over=handed),
        world.event("case.handed_over"),
    )
    takes = world.messages(
        "c",
        world.event("tracks.taken_over", hand_over="h", opening=1, appeals=handed["appeals"]),
        world.event("track.answered", track="t1"),
        world.event("case.answered", tracking_numbers=["VHD-1", "VHD-2"]),
    )
    return [*leaves, *history[7:], *takes]


def test_an_appeal_is_answered_by_the_case_that_took_its_tracks_over() -> None:
    assert _seen(world.evidence(), _handed("c")) == []


def test_what_no_case_took_over_and_what_it_does_not_answer_is_found() -> None:
    lost = _seen(world.evidence(), _handed("d"))
    assert "appeal VHD-1: handed over to case d, which took it 0 times" in lost
    silent = _handed("c")
    _payload(silent, -1)["tracking_numbers"] = ["VHD-2"]
    assert _seen(world.evidence(), silent) == ["appeal VHD-1: not answered"]


@pytest.mark.parametrize(
    "payload",
    [
        world.event("term.extended", reason="additional_study"),
        world.event("step.information_requested", status=HEARD, clock={"kind": "information"}),
        world.event("step.forwarded", step="t1.decide", to_agency="moh"),
        world.event("step.reassigned", step="t1.decide", to_agency="moh"),
        world.event("track.opened", track="t2", purpose="review"),
    ],
    ids=lambda payload: str(payload["type"]),
)
def test_a_notice_of_each_kind_is_expected_once_by_every_channel(payload: dict[str, Any]) -> None:
    evidence, history = world.evidence(), world.history()
    payloads = [_payload(history, place) for place in range(7)]
    history[:7] = world.messages("a", *payloads[:5], payload, *payloads[5:])
    assert len([one for one in _seen(evidence, history) if "3 messages instead of 4" in one]) == 2
    evidence.mails.append({"rcpt_tos": [world.EMAIL], "message_id": "<told@vahid>"})
    evidence.texts.append({"to": world.PHONE, "client_reference": "told"})
    assert _seen(evidence, history) == []


@pytest.mark.parametrize(
    "payload",
    [
        world.event("step.information_requested", status=HEARD),
        world.event("track.opened", track="t2", purpose="instruction"),
        world.event("step.acknowledged", status=HEARD),
    ],
    ids=lambda payload: str(payload["type"]),
)
def test_of_anything_else_nobody_is_told(payload: dict[str, Any]) -> None:
    evidence, history = world.evidence(), world.history()
    history.append({"subject": "b", "data": {"seq": 5, "payload": payload}})
    assert _seen(evidence, history) == []


OFFICES = {
    "mlspp/handler": "muraciet@example.az",
    "mlspp/head": "rehber@example.az",
    "centre": "vem@example.az",
}
CASE_A = "00000000-0000-0000-0000-00000000000a"


def _with_deadlines() -> tuple[Evidence, History]:
    """A case of its own in which two deadlines were raised, and the letters about them."""
    told = {"subject": "t1.x", "agencies": ["mlspp"]}
    near = world.event("deadline.reminded", clock="1/service_norm/half", told=["handler"], **told)
    passed = world.event("deadline.escalated", clock="1/service_norm/end", told=["head", "centre"], **told)
    evidence, history = world.evidence(), world.history()
    history += world.messages(CASE_A, near, passed)
    half, end = (f"[{CASE_A} t1.x 1/service_norm/{level}]" for level in ("half", "end"))
    evidence.mails.extend(
        {"rcpt_tos": [OFFICES[who]], "message_id": f"<{who}@vahid>", "text": f"Overdue {line}\n"}
        for who, line in (("mlspp/handler", half), ("mlspp/head", end), ("centre", end))
    )
    return replace(evidence, offices=OFFICES), history


def test_officials_who_heard_of_each_deadline_once_contradict_nothing() -> None:
    evidence, history = _with_deadlines()
    assert _seen(evidence, history) == []
    counts = examine_evidence(evidence, history).counts
    assert (counts["mails"], counts["deadlines told"]) == (3, 3)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda mails: mails.pop(), "official vem@example.az: told 0 times instead of 1"),
        (lambda mails: mails[3].update(text=mails[3]["text"] * 2), "muraciet@example.az: told 2 times"),
        (
            lambda mails: mails[4].update(text=mails[3]["text"]),
            "rehber@example.az: told 1 times",
        ),
    ],
    ids=["not told", "told twice", "told of another's"],
)
def test_who_was_told_otherwise_than_the_history_says_is_found(
    spoil: Callable[[list[dict[str, Any]]], object], sentence: str
) -> None:
    evidence, history = _with_deadlines()
    spoil(evidence.mails)
    assert any(sentence in one for one in _seen(evidence, history)), _seen(evidence, history)


def test_the_offices_are_read_from_the_catalogue(tmp_path: Path) -> None:
    offices = gather(tmp_path / "receipts.jsonl", tmp_path, PACKAGED).offices
    catalogue = packaged()
    assert offices == {
        **{code: one.contact for code, one in catalogue.officials.items()},
        **{
            f"{payload.id}/{role}": contact
            for payload in catalogue.agencies.values()
            for role, contact in payload.contacts.items()
        },
    }


@pytest.mark.parametrize(("spoil", "sentence"), [one[1:] for one in SPOILT], ids=[one[0] for one in SPOILT])
def test_each_kind_of_contradiction_is_found(spoil: Spoil, sentence: str) -> None:
    evidence, history = world.evidence(), world.history()
    spoil(evidence, history)
    assert any(sentence in found for found in _seen(evidence, history)), _seen(evidence, history)


def _told(*outcomes: str, message: str = "a/recall/t1.examine/1") -> list[dict[str, Any]]:
    return [{"message": message, "outcome": outcome} for outcome in outcomes]


def _recalled(evidence: Evidence, history: History) -> None:
    """The first step of case `a` was sent anew, and its agency was told to leave the first assignment."""
    evidence.agencies["moh"] += _told("told", "repeated")
    evidence.agencies["moh"].append({"key": "a/t1.examine/2", "outcome": "new"})
    again = {**world.dispatched("t1.examine", "moh"), "attempt": 2}
    moved = (world.event("step.redispatched", step="t1.examine"), again)
    payloads = [_payload(history, place) for place in range(7)]
    history[:7] = world.messages(
        "a", *payloads[:3], *moved, world.delivered("recall/t1.examine/1"), *payloads[3:]
    )


def test_what_agencies_are_told_later_has_its_reason() -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    assert _seen(evidence, history) == []


def test_what_was_recalled_need_not_have_arrived() -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    del evidence.agencies["moh"][:-1]
    assert _seen(evidence, history) == []


@pytest.mark.parametrize(
    ("document", "objections"),
    [("d1", []), ("d2", ["moh: was told a/attachment/t1.examine/1/d2, for which there is no reason"])],
)
def test_the_reason_to_be_told_of_a_document_is_that_it_was_added(
    document: str, objections: list[str]
) -> None:
    evidence, history = world.evidence(), world.history()
    said = f"attachment/t1.examine/1/{document}"
    evidence.agencies["moh"] += _told("told", message=f"a/{said}")
    added = world.event("attachment.added", attachment={"attachment_id": "d1"})
    payloads = [_payload(history, place) for place in range(7)]
    history[:7] = world.messages("a", *payloads[:3], added, world.delivered(said), *payloads[3:])
    assert _seen(evidence, history) == objections


UNTOLD: list[tuple[Spoil, str]] = [
    (lambda e, h: e.agencies["moh"].extend(_told("told")), "moh: was told a/recall/t1.examine/1 2 times"),
    (
        lambda e, h: e.agencies["mlspp"].extend(_told("told", message="a/recall/t1.decide/1")),
        "mlspp: was told a/recall/t1.decide/1, for which there is no reason",
    ),
    (
        lambda e, h: e.agencies.update(moh=[one for one in e.agencies["moh"] if "key" in one]),
        "message a/recall/t1.examine/1: said to be delivered, and no agency heard it",
    ),
    (
        lambda e, h: h.append(
            {"subject": "b", "data": {"seq": 5, "payload": world.delivered("information/t1.triage/1/1")}}
        ),
        "message b/information/t1.triage/1/1: said to be delivered, and no agency heard it",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), UNTOLD)
def test_what_agencies_were_told_wrongly_is_found(spoil: Spoil, sentence: str) -> None:
    evidence, history = world.evidence(), world.history()
    _recalled(evidence, history)
    spoil(evidence, history)
    assert _seen(evidence, history) == [sentence]


def test_a_contradiction_names_no_contact() -> None:
    evidence = world.evidence()
    evidence.mails.clear()
    evidence.texts.clear()
    said = " ".join(_seen(evidence, world.history()))
    assert said and world.PHONE not in said and world.EMAIL not in said
