"""Judges what applicants and officials were sent, by the logs of the providers, against the history."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from vahid.demo.evidence import Event, Evidence, Histories, is_a

_REFERENCE = re.compile(r"\[([0-9a-f-]{36} \S+ \S+)\]")


def told_once(evidence: Evidence, histories: Histories) -> Iterator[str]:
    """Each person got, by each channel consented to, one message an event that is told, and no other."""
    people = {receipt["tracking_number"]: receipt for receipt in evidence.receipts}
    expected: Counter[tuple[str, str]] = Counter()
    for history in histories.values():
        expected += _expected_messages(history, people)
    got: Counter[tuple[str, str]] = Counter()
    got.update(("sms", text["to"]) for text in evidence.texts)
    letters = [mail for mail in evidence.mails if not to_office(evidence, mail)]
    got.update(("email", address.lower()) for mail in letters for address in mail["rcpt_tos"])
    for channel, contact in sorted(expected.keys() | got.keys()):
        wanted, arrived = expected[channel, contact], got[channel, contact]
        if wanted != arrived:
            masked = hashlib.sha256(contact.encode()).hexdigest()[:8]
            yield f"{channel} to contact {masked}: {arrived} messages instead of {wanted}"
    for what, ids in (
        ("mail", [mail["message_id"] for mail in evidence.mails]),
        ("text", [text["client_reference"] for text in evidence.texts]),
    ):
        yield from (f"{what} {one}: sent {count} times" for one, count in Counter(ids).items() if count > 1)


def _expected_messages(history: list[Event], people: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    expected: Counter[tuple[str, str]] = Counter()
    for event in history:
        if is_a(event, "case.opened", "appeal.joined"):
            contacts = _contacts(people.get(event["payload"]["appeal"]["tracking_number"], {}))
            known |= contacts
            expected.update(contacts)
        elif is_a(event, "tracks.taken_over"):
            for appeal in event["payload"]["appeals"]:
                known |= _contacts(people.get(appeal["tracking_number"], {}))
        elif _is_told_to_all(event):
            expected.update(known)
    return expected


def _is_told_to_all(event: Event) -> bool:
    """Whether everybody with an appeal in the case hears of it."""
    payload = event["payload"]
    if is_a(event, "step.information_requested"):
        return payload.get("clock") is not None
    if is_a(event, "track.opened"):
        return bool(payload.get("purpose") == "review")
    return is_a(event, "track.answered", "term.extended", "step.forwarded", "step.reassigned")


def officials_told_once(evidence: Evidence, histories: Histories) -> Iterator[str]:
    """Each official whom the history names heard of each deadline once, and of no other.

    Events without `agencies` are from before officials were told.
    """
    expected: Counter[tuple[str, str]] = Counter()
    for case, history in histories.items():
        for event in history:
            if is_a(event, "deadline.reminded", "deadline.escalated"):
                payload = event["payload"]
                reference = f"{case} {payload['subject']} {payload['clock']}"
                expected.update((office, reference) for office in _named(evidence, payload))
    heard = deadlines_heard(evidence)
    for office, reference in sorted(expected.keys() | heard.keys()):
        wanted, arrived = expected[office, reference], heard[office, reference]
        if wanted != arrived:
            yield f"official {office}: told {arrived} times instead of {wanted} of [{reference}]"


def _named(evidence: Evidence, payload: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of those whom a deadline's event names; a role is one of each agency."""
    agencies = payload.get("agencies") or ()
    for role in dict.fromkeys(payload["told"]) if agencies else ():
        above = role in evidence.offices
        for name in [role] if above else [f"{agency}/{role}" for agency in agencies]:
            yield evidence.offices.get(name, name)


def deadlines_heard(evidence: Evidence) -> Counter[tuple[str, str]]:
    """How often each address was told of each deadline: in brackets in the text of its letters."""
    heard: Counter[tuple[str, str]] = Counter()
    for mail in evidence.mails:
        for office in to_office(evidence, mail):
            heard.update((office, reference) for reference in _REFERENCE.findall(mail["text"]))
    return heard


def to_office(evidence: Evidence, mail: Mapping[str, Any]) -> set[str]:
    """The offices that a letter went to."""
    return set(mail["rcpt_tos"]) & set(evidence.offices.values())


def _contacts(person: Mapping[str, Any]) -> set[tuple[str, str]]:
    notice = person.get("notice", {})
    reached = {("sms", person.get("phone")), ("email", (person.get("email") or "").lower() or None)}
    return {(channel, contact) for channel, contact in reached if contact and notice.get(channel)}
