"""Judges a run from outside: what applicants hold, and what bodies and providers got, against the history.

Reads no table of the system and imports nothing of it: receipts and logs are files, the history is
what the topic of case events holds, which any agency could read.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_REFERENCE = re.compile(r"\[([0-9a-f-]{36} \S+ \S+)\]")

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What is outside: `receipts` of applicants, what each body (by agency id) was sent, and the messages.

    `offices` has the e-mail address of who hears of deadlines: by `{agency}/{role}`, or by whom the ladder
    names above the bodies.
    """

    receipts: list[dict[str, Any]]
    bodies: dict[str, list[dict[str, Any]]]
    mails: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    offices: dict[str, str] = field(default_factory=dict)


@dataclass
class Verdict:
    """What was compared, and each contradiction as a sentence."""

    counts: dict[str, int] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)


def gather(receipts: Path, simulators: Path, catalogue: Path) -> Evidence:
    """Read the driver's receipts, the simulators' logs, a folder each under `simulators`, and the offices.

    Of the catalogue's folder only the addresses are read.
    """
    bodies = {
        folder.name.removeprefix("agency-"): _lines(folder / "received.jsonl")
        for folder in sorted(simulators.glob("agency-*"))
    }
    return Evidence(
        receipts=_lines(receipts),
        bodies=bodies,
        mails=_lines(simulators / "mail" / "messages.jsonl"),
        texts=_lines(simulators / "sms" / "messages.jsonl"),
        offices=_offices(catalogue),
    )


def judge(evidence: Evidence, messages: Iterable[Event]) -> Verdict:
    """Compare; a message that Kafka holds twice counts once, as a consumer would take it."""
    cases: dict[str, dict[int, Event]] = defaultdict(dict)
    verdict = Verdict()
    for message in messages:
        case, entry = message["subject"], message["data"]
        if cases[case].setdefault(entry["seq"], entry) != entry:
            verdict.contradictions.append(f"case {case}: entry {entry['seq']} was published in two versions")
    histories = {case: [events[seq] for seq in sorted(events)] for case, events in cases.items()}
    verdict.contradictions += [
        *_gaps(histories),
        *_answered_once(evidence.receipts, histories),
        *_assigned_once(evidence.bodies, histories),
        *_informed_once(evidence.bodies, histories),
        *_told_once(evidence, histories),
        *_officials_told_once(evidence, histories),
    ]
    verdict.counts = {
        "receipts": len(evidence.receipts),
        "cases": len(histories),
        "events": sum(map(len, histories.values())),
        "assignments": sum(len(_new_keys(log)) for log in evidence.bodies.values()),
        "mails": sum(1 for mail in evidence.mails if not _to_office(evidence, mail)),
        "texts": len(evidence.texts),
        "deadlines told": sum(_heard(evidence).values()),
    }
    return verdict


def _gaps(histories: Mapping[str, list[Event]]) -> Iterator[str]:
    for case, history in histories.items():
        if [event["seq"] for event in history] != list(range(1, len(history) + 1)):
            yield f"case {case}: the published history has a gap"


def _answered_once(receipts: list[dict[str, Any]], histories: Mapping[str, list[Event]]) -> Iterator[str]:
    """Every accepted appeal is in one case with its receipt, and that case is answered after it, once."""
    places: dict[str, list[tuple[str, Event]]] = defaultdict(list)
    for case, history in histories.items():
        for event in history:
            appeal = event["body"].get("appeal")
            if appeal:
                places[appeal["tracking_number"]].append((case, event))
        openings = sum(_opens(event) for event in history)
        answers = sum(_is(event, "case.answered", "case.handed_over") for event in history)
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
        if event["body"]["appeal"]["receipt_digest"] != digest:
            yield f"appeal {number}: the case has another receipt"
        yield from _answer_after(number, case, event, histories)
    for number in places:
        yield f"appeal {number}: in a case, and nobody holds a receipt"


def _opens(event: Event) -> bool:
    taken = _is(event, "tracks.taken_over") and event["body"].get("opening") is not None
    return taken or _is(event, "case.opened", "case.reopened")


def _answer_after(number: str, case: str, came: Event, histories: Mapping[str, list[Event]]) -> Iterator[str]:
    """After it came to the case the appeal is answered there, or in each case that took it over."""
    later = [event for event in histories[case] if event["seq"] > came["seq"]]
    handed = [event["body"]["hand_over"] for event in later if _is(event, "tracks.handed_over")]
    answered = [event for event in later if _is(event, "case.answered")]
    if not handed and not any(number in event["body"]["tracking_numbers"] for event in answered):
        yield f"appeal {number}: not answered"
    for hand_over in handed:
        other = hand_over["to_case"]
        taken = [
            event
            for event in histories.get(other, [])
            if _is(event, "tracks.taken_over") and event["body"]["hand_over"] == hand_over["id"]
        ]
        if len(taken) != 1:
            yield f"appeal {number}: handed over to case {other}, which took it {len(taken)} times"
            continue
        yield from _answer_after(number, other, taken[0], histories)


def _assigned_once(
    bodies: Mapping[str, list[dict[str, Any]]], histories: Mapping[str, list[Event]]
) -> Iterator[str]:
    """What the bodies took is what the history says was sent: each assignment once.

    A body counts that has a log, or of which the history says that it took something. What was recalled need
    not have arrived.
    """
    decided, recalled = _keys_by_agency(histories), _recalled(histories)
    delivered = {_key(case, event) for case, event in _events(histories, "step.delivered")}
    reached = {agency for agency, keys in decided.items() if keys & delivered}
    for agency in sorted(bodies.keys() | reached):
        taken = Counter(_new_keys(bodies.get(agency, [])))
        for key, count in taken.items():
            if count != 1:
                yield f"{agency}: took assignment {key} {count} times"
        for key in decided[agency] - taken.keys() - recalled:
            yield f"{agency}: assignment {key} was decided and never arrived"
        for key in taken.keys() - decided[agency]:
            yield f"{agency}: assignment {key} arrived and was never decided"


def _recalled(histories: Mapping[str, list[Event]]) -> set[str]:
    """The keys of assignments of which the history says that their bodies were told to leave them."""
    delivered = _events(histories, "message.delivered")
    return {
        f"{case}/{event['body']['message'].removeprefix('recall/')}"
        for case, event in delivered
        if event["body"]["message"].startswith("recall/")
    }


def _informed_once(
    bodies: Mapping[str, list[dict[str, Any]]], histories: Mapping[str, list[Event]]
) -> Iterator[str]:
    """What the bodies were told of assignments later has its reason, and came where the history says so.

    A recall need not have come where the assignment never did, nor information where it was recalled.
    """
    logs = [(agency, entry) for agency, log in bodies.items() for entry in log if entry.get("message")]
    told = Counter((agency, entry["message"]) for agency, entry in logs if entry["outcome"] == "told")
    reasons = set(_reasons_to_tell(histories))
    for (agency, message), count in told.items():
        if count != 1:
            yield f"{agency}: was told {message} {count} times"
        if _reason_of(message) not in reasons:
            yield f"{agency}: was told {message}, for which there is no reason"
    heard, recalled = {entry["message"] for _, entry in logs}, _recalled(histories)
    arrived = {key for log in bodies.values() for key in _new_keys(log)}
    for case, event in _events(histories, "message.delivered"):
        kind, step, attempt = event["body"]["message"].split("/")[:3]
        key, message = f"{case}/{step}/{attempt}", f"{case}/{event['body']['message']}"
        needed = key in arrived if kind == "recall" else key not in recalled
        if needed and message not in heard:
            yield f"message {message}: said to be delivered, and no body heard it"


def _reason_of(message: str) -> tuple[str, str, str]:
    """Case and kind of what a body was told, and the step or the document that it is about."""
    case, kind, step, *rest = message.split("/")
    return case, kind, rest[-1] if kind == "attachment" else step


def _reasons_to_tell(histories: Mapping[str, list[Event]]) -> Iterator[tuple[str, str, str]]:
    """Everything of which a body may have been told, as `_reason_of` has it."""
    turned_back = [f"step.{what}" for what in ("reassigned", "redispatched", "cancelled", "restored")]
    for kind, names in (("recall", turned_back), ("information", ["information.provided"])):
        for case, event in _events(histories, *names):
            yield case, kind, event["body"]["step"]
    for case, event in _events(histories, "attachment.added"):
        yield case, "attachment", event["body"]["attachment"]["attachment_id"]


def _keys_by_agency(histories: Mapping[str, list[Event]]) -> dict[str, set[str]]:
    decided: dict[str, set[str]] = defaultdict(set)
    for case, event in _events(histories, "step.dispatched"):
        decided[event["body"]["agency_id"]].add(_key(case, event))
    return decided


def _events(histories: Mapping[str, list[Event]], *names: str) -> Iterator[tuple[str, Event]]:
    for case, history in histories.items():
        yield from ((case, event) for event in history if _is(event, *names))


def _key(case: str, event: Event) -> str:
    return f"{case}/{event['body']['step']}/{event['body']['attempt']}"


def _told_once(evidence: Evidence, histories: Mapping[str, list[Event]]) -> Iterator[str]:
    """Each person got, by each channel consented to, one message an event that is told, and no other."""
    people = {receipt["tracking_number"]: receipt for receipt in evidence.receipts}
    expected: Counter[tuple[str, str]] = Counter()
    for history in histories.values():
        expected += _expected_messages(history, people)
    got: Counter[tuple[str, str]] = Counter()
    got.update(("sms", text["to"]) for text in evidence.texts)
    letters = [mail for mail in evidence.mails if not _to_office(evidence, mail)]
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
        if _is(event, "case.opened", "appeal.joined"):
            contacts = _contacts(people.get(event["body"]["appeal"]["tracking_number"], {}))
            known |= contacts
            expected.update(contacts)
        elif _is(event, "tracks.taken_over"):
            for appeal in event["body"]["appeals"]:
                known |= _contacts(people.get(appeal["tracking_number"], {}))
        elif _is_told_to_all(event):
            expected.update(known)
    return expected


def _is_told_to_all(event: Event) -> bool:
    """Whether everybody with an appeal in the case hears of it."""
    body = event["body"]
    if _is(event, "step.information_requested"):
        return body.get("clock") is not None
    if _is(event, "track.opened"):
        return bool(body.get("purpose") == "review")
    return _is(event, "track.answered", "term.extended", "step.forwarded", "step.reassigned")


def _officials_told_once(evidence: Evidence, histories: Mapping[str, list[Event]]) -> Iterator[str]:
    """Each official whom the history names heard of each deadline once, and of no other.

    Events without `agencies` are from before officials were told.
    """
    expected: Counter[tuple[str, str]] = Counter()
    for case, history in histories.items():
        for event in history:
            if _is(event, "deadline.reminded", "deadline.escalated"):
                body = event["body"]
                reference = f"{case} {body['subject']} {body['clock']}"
                expected.update((office, reference) for office in _named(evidence, body))
    heard = _heard(evidence)
    for office, reference in sorted(expected.keys() | heard.keys()):
        wanted, arrived = expected[office, reference], heard[office, reference]
        if wanted != arrived:
            yield f"official {office}: told {arrived} times instead of {wanted} of [{reference}]"


def _named(evidence: Evidence, body: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of those whom a deadline's event names; a role is one of each body."""
    agencies = body.get("agencies") or ()
    for role in dict.fromkeys(body["told"]) if agencies else ():
        above = role in evidence.offices
        for name in [role] if above else [f"{agency}/{role}" for agency in agencies]:
            yield evidence.offices.get(name, name)


def _heard(evidence: Evidence) -> Counter[tuple[str, str]]:
    """How often each address was told of each deadline: in brackets in the text of its letters."""
    heard: Counter[tuple[str, str]] = Counter()
    for mail in evidence.mails:
        for office in _to_office(evidence, mail):
            heard.update((office, reference) for reference in _REFERENCE.findall(mail["text"]))
    return heard


def _to_office(evidence: Evidence, mail: Mapping[str, Any]) -> set[str]:
    return set(mail["rcpt_tos"]) & set(evidence.offices.values())


def _offices(catalogue: Path) -> dict[str, str]:
    yaml = YAML(typ="safe", pure=True)
    offices = {str(one["code"]): str(one["contact"]) for one in yaml.load(catalogue / "officials.yaml")}
    for file in sorted((catalogue / "agencies").glob("*.yaml")):
        body = yaml.load(file)
        offices |= {f"{body['id']}/{role}": str(one) for role, one in body.get("contacts", {}).items()}
    return offices


def _contacts(person: Mapping[str, Any]) -> set[tuple[str, str]]:
    notice = person.get("notice", {})
    reached = {("sms", person.get("phone")), ("email", (person.get("email") or "").lower() or None)}
    return {(channel, contact) for channel, contact in reached if contact and notice.get(channel)}


def _is(event: Event, *names: str) -> bool:
    return event["body"]["type"] in {f"az.vahid.{name}.v1" for name in names}


def _new_keys(log: list[dict[str, Any]]) -> list[str]:
    return [entry["key"] for entry in log if entry.get("outcome") == "new"]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
