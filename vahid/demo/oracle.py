"""Compares a run with evidence from outside: what applicants hold, what agencies and providers received.

It reads no table of the system and imports nothing of it. Receipts and logs are files. The history is the
topic of case events, which any agency could read.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vahid.demo.evidence import Event, Evidence, Histories, is_a, keys_taken
from vahid.demo.oracle_agencies import assigned_once, messages_taken_once, superseded_are_older
from vahid.demo.oracle_messages import (
    applicants_notified_once,
    deadline_notices,
    officials_notified_once,
    to_office,
)


@dataclass
class OracleReport:
    """What was compared, and each contradiction as a sentence."""

    counts: dict[str, int] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)


def examine_evidence(evidence: Evidence, messages: Iterable[Event]) -> OracleReport:
    """Compare the evidence with the history. A message that Kafka holds twice counts once."""
    cases: dict[str, dict[int, Event]] = defaultdict(dict)
    found = OracleReport()
    for message in messages:
        case, entry = message["subject"], message["data"]
        if cases[case].setdefault(entry["seq"], entry) != entry:
            found.contradictions.append(f"case {case}: entry {entry['seq']} was published in two versions")
    histories = {case: [events[seq] for seq in sorted(events)] for case, events in cases.items()}
    found.contradictions += [
        *_gaps(histories),
        *_answered_once(evidence.receipts, histories),
        *assigned_once(evidence.agencies, histories),
        *messages_taken_once(evidence.agencies, histories),
        *superseded_are_older(histories),
        *applicants_notified_once(evidence, histories),
        *officials_notified_once(evidence, histories),
    ]
    found.counts = {
        "receipts": len(evidence.receipts),
        "cases": len(histories),
        "events": sum(map(len, histories.values())),
        "assignments": sum(len(keys_taken(log)) for log in evidence.agencies.values()),
        "mails": sum(1 for mail in evidence.mails if not to_office(evidence, mail)),
        "texts": len(evidence.texts),
        "deadline notices": sum(deadline_notices(evidence).values()),
    }
    return found


def _gaps(histories: Histories) -> Iterator[str]:
    for case, history in histories.items():
        if [event["seq"] for event in history] != list(range(1, len(history) + 1)):
            yield f"case {case}: the published history has a gap"


def _answered_once(receipts: list[dict[str, Any]], histories: Histories) -> Iterator[str]:
    """Every accepted appeal is in one case, with its receipt, and is answered once after it came there."""
    places: dict[str, list[tuple[str, Event]]] = defaultdict(list)
    for case, history in histories.items():
        for event in history:
            appeal = event["payload"].get("appeal")
            if appeal:
                places[appeal["tracking_number"]].append((case, event))
        openings = sum(_opens(event) for event in history)
        answers = sum(is_a(event, "case.answered", "case.handed_over") for event in history)
        if openings != answers:
            yield f"case {case}: {openings} openings and {answers} answers"
    for receipt in receipts:
        number = receipt["tracking_number"]
        found = places.pop(number, [])
        if len(found) != 1:
            yield f"appeal {number}: accepted, and in {len(found)} cases"
            continue
        case, event = found[0]
        digest = hashlib.sha256(receipt["receipt"].encode()).hexdigest()
        if event["payload"]["appeal"]["receipt_digest"] != digest:
            yield f"appeal {number}: the case has another receipt"
        yield from _answer_after(number, case, event, histories)
    for number in places:
        yield f"appeal {number}: in a case, and nobody holds a receipt"


def _opens(event: Event) -> bool:
    taken = is_a(event, "tracks.taken_over") and event["payload"].get("opening") is not None
    return taken or is_a(event, "case.opened", "case.reopened")


def _answer_after(number: str, case: str, arrival: Event, histories: Histories) -> Iterator[str]:
    """After its arrival in the case, the appeal is answered there, or in each case that took it over."""
    later = [event for event in histories[case] if event["seq"] > arrival["seq"]]
    handed = [event["payload"]["hand_over"] for event in later if is_a(event, "tracks.handed_over")]
    answered = [event for event in later if is_a(event, "case.answered")]
    if not handed and not any(number in event["payload"]["tracking_numbers"] for event in answered):
        yield f"appeal {number}: not answered"
    for hand_over in handed:
        other = hand_over["to_case"]
        taken = [
            event
            for event in histories.get(other, [])
            if is_a(event, "tracks.taken_over") and event["payload"]["hand_over"] == hand_over["id"]
        ]
        if len(taken) != 1:
            yield f"appeal {number}: handed over to case {other}, which took it {len(taken)} times"
            continue
        yield from _answer_after(number, other, taken[0], histories)
