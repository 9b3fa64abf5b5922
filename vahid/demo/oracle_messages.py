"""Compares what applicants and officials were sent, by the providers' logs, with the history."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from vahid.demo.evidence import Event, Evidence, Histories, is_a

_REFERENCE = re.compile(r"\[([0-9a-f-]{36} \S+ \S+)\]")


def applicants_notified_once(evidence: Evidence, histories: Histories) -> Iterator[str]:
    """Each applicant got one message an event on each channel consented to, and no other message."""
    people = {receipt["tracking_number"]: receipt for receipt in evidence.receipts}
    expected: Counter[tuple[str, str]] = Counter()
    for history in histories.values():
        expected += _expected_messages(history, people)
    sent = _sent_messages(evidence)
    for channel, contact in sorted(expected.keys() | sent.keys()):
        wanted, arrived = expected[channel, contact], sent[channel, contact]
        if wanted != arrived:
            masked = hashlib.sha256(contact.encode()).hexdigest()[:8]
            yield f"{channel} to contact {masked}: {arrived} messages instead of {wanted}"
    for kind, ids in (
        ("mail", [mail["message_id"] for mail in evidence.mails]),
        ("text", [text["client_reference"] for text in evidence.texts]),
    ):
        yield from (f"{kind} {id_}: sent {count} times" for id_, count in Counter(ids).items() if count > 1)


def _sent_messages(evidence: Evidence) -> Counter[tuple[str, str]]:
    sent: Counter[tuple[str, str]] = Counter(("sms", text["to"]) for text in evidence.texts)
    mails = [mail for mail in evidence.mails if not to_office(evidence, mail)]
    sent.update(("email", address.lower()) for mail in mails for address in mail["rcpt_tos"])
    return sent


def _expected_messages(history: list[Event], people: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    of_appeal: dict[str, set[tuple[str, str]]] = {}
    expected: Counter[tuple[str, str]] = Counter()
    for event in history:
        if is_a(event, "case.opened", "appeal.joined"):
            appeal = event["payload"]["appeal"]
            contacts = of_appeal[appeal.get("appeal_id", "")] = _contacts(
                people.get(appeal["tracking_number"], {})
            )
            known |= contacts
            expected.update(contacts)
        elif is_a(event, "appeal.shared"):
            appeal = event["payload"]["appeal"]
            of_appeal[appeal.get("appeal_id", "")] = _contacts(people.get(appeal["tracking_number"], {}))
            known |= of_appeal[appeal.get("appeal_id", "")]
        elif is_a(event, "tracks.taken_over"):
            for appeal in event["payload"]["appeals"]:
                of_appeal[appeal.get("appeal_id", "")] = _contacts(people.get(appeal["tracking_number"], {}))
                known |= of_appeal[appeal.get("appeal_id", "")]
        elif _notifies_all(event):
            expected.update(of_appeal.get(event["payload"].get("term"), known))
    return expected


def _notifies_all(event: Event) -> bool:
    """Whether the event notifies the applicants of its case, or of the appeal whose term it names."""
    payload = event["payload"]
    if is_a(event, "step.information_requested"):
        return payload.get("clock") is not None
    if is_a(event, "clock.revised"):
        return bool(payload["subject"] == "case")
    if is_a(event, "deadline.escalated"):
        return bool(payload.get("delay"))
    if is_a(event, "track.opened"):
        return bool(payload.get("purpose") == "review")
    return is_a(event, "track.answered", "term.extended", "step.forwarded", "step.reassigned")


def officials_notified_once(evidence: Evidence, histories: Histories) -> Iterator[str]:
    """Each official whom the history names was notified of each deadline once, and of no other."""
    expected: Counter[tuple[str, str]] = Counter()
    for case, history in histories.items():
        for event in history:
            if is_a(event, "deadline.reminded", "deadline.escalated", "deadline.escalation_withdrawn"):
                payload = event["payload"]
                reference = f"{case} {payload['subject']} {payload['deadline']}"
                expected.update((office, reference) for office in _named(evidence, payload))
    sent = deadline_notices(evidence)
    for office, reference in sorted(expected.keys() | sent.keys()):
        wanted, arrived = expected[office, reference], sent[office, reference]
        if wanted != arrived:
            yield f"official {office}: notified {arrived} times instead of {wanted} of [{reference}]"


def _named(evidence: Evidence, payload: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of those whom a deadline's event names; a role stands for one official of each agency."""
    agencies = payload.get("agencies") or ()
    for role in dict.fromkeys(payload["told"]) if agencies else ():
        above = role in evidence.offices
        for name in [role] if above else [f"{agency}/{role}" for agency in agencies]:
            yield evidence.offices.get(name, name)


def deadline_notices(evidence: Evidence) -> Counter[tuple[str, str]]:
    """How often each address was notified of each deadline, which the text of a mail has in brackets."""
    notices: Counter[tuple[str, str]] = Counter()
    for mail in evidence.mails:
        for office in to_office(evidence, mail):
            notices.update((office, reference) for reference in _REFERENCE.findall(mail["text"]))
    return notices


def to_office(evidence: Evidence, mail: Mapping[str, Any]) -> set[str]:
    """The offices that a mail went to."""
    return set(mail["rcpt_tos"]) & set(evidence.offices.values())


def _contacts(person: Mapping[str, Any]) -> set[tuple[str, str]]:
    notice = person.get("notice", {})
    contacts = {("sms", person.get("phone")), ("email", (person.get("email") or "").lower() or None)}
    return {(channel, contact) for channel, contact in contacts if contact and notice.get(channel)}
