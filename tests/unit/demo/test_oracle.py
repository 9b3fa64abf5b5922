"""The oracle finds every kind of contradiction, and none where there is none."""

from copy import deepcopy

import pytest

from tests.unit.demo import world
from vahid.demo.evidence import Evidence
from vahid.demo.oracle import examine_evidence


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
        "deadline notices": 0,
    }


def test_a_message_that_kafka_holds_twice_counts_once() -> None:
    history = world.history()
    assert world.contradictions(world.evidence(), history + deepcopy(history[3:6])) == []


def _appeal_in_both_cases(evidence: Evidence, history: world.History) -> None:
    joins = world.event("appeal.joined", appeal=world.appeal(1))
    history[8:] = world.messages(
        "b", world.payload(history, 7), joins, *(world.payload(history, n) for n in (8, 9, 10))
    )
    evidence.mails.append({"rcpt_tos": [world.EMAIL], "message_id": "<joined@vahid>"})
    evidence.texts.append({"to": world.PHONE, "client_reference": "joined"})


def _answered_twice(evidence: Evidence, history: world.History) -> None:
    history += [{"subject": "b", "data": {"seq": 5, "payload": deepcopy(world.payload(history, 10))}}]


SPOILT: list[tuple[str, world.Spoil, str]] = [
    ("lost appeal", lambda e, h: e.receipts.append(world.receipt(4, notice={})), "VHD-4: accepted, and in 0"),
    ("doubled appeal", _appeal_in_both_cases, "VHD-1: accepted, and in 2 cases"),
    ("appeal from nowhere", lambda e, h: e.receipts.pop(2), "VHD-3: in a case, and nobody holds a receipt"),
    ("other receipt", lambda e, h: e.receipts[0].update(receipt="forged"), "VHD-1: the case has another"),
    ("unanswered case", lambda e, h: h.pop(), "case b: 1 openings and 0 answers"),
    ("answered twice", _answered_twice, "case b: 1 openings and 2 answers"),
    (
        "answer that leaves an appeal out",
        lambda e, h: world.payload(h, 6).update(tracking_numbers=["VHD-1"]),
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


@pytest.mark.parametrize(("spoil", "sentence"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_each_kind_of_contradiction_is_found(spoil: world.Spoil, sentence: str) -> None:
    evidence, history = world.evidence(), world.history()
    spoil(evidence, history)
    found = world.contradictions(evidence, history)
    assert any(sentence in contradiction for contradiction in found), found


def _handed(to_case: str) -> world.History:
    """Case `a` hands its tracks to another case before it is answered; appeal 2 goes along as well."""
    history = world.history()
    payloads = [world.payload(history, place) for place in range(5)]
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


def test_an_appeal_is_answered_by_the_case_that_took_over_its_tracks() -> None:
    assert world.contradictions(world.evidence(), _handed("c")) == []


def test_a_hand_over_without_its_taking_and_without_an_answer_is_found() -> None:
    lost = world.contradictions(world.evidence(), _handed("d"))
    assert "appeal VHD-1: handed over to case d, which took it 0 times" in lost
    silent = _handed("c")
    world.payload(silent, -1)["tracking_numbers"] = ["VHD-2"]
    assert world.contradictions(world.evidence(), silent) == ["appeal VHD-1: not answered"]


def test_a_contradiction_names_no_contact() -> None:
    evidence = world.evidence()
    evidence.mails.clear()
    evidence.texts.clear()
    sentences = " ".join(world.contradictions(evidence, world.history()))
    assert sentences and world.PHONE not in sentences and world.EMAIL not in sentences
