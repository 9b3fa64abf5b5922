"""Judges what agencies took and were told, by their own logs, against the history."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vahid.demo.evidence import Event, Histories, events, is_a, key_of, keys_taken


def assigned_once(agencies: Mapping[str, list[dict[str, Any]]], histories: Histories) -> Iterator[str]:
    """What the agencies took is what the history says was sent: each assignment once.

    An agency counts that has a log, or of which the history says that it took something. What was recalled
    need not have arrived.
    """
    decided, recalled = _keys_by_agency(histories), _recalled(histories)
    delivered = {key_of(case, event) for case, event in events(histories, "step.delivered")}
    reached = {agency for agency, keys in decided.items() if keys & delivered}
    for agency in sorted(agencies.keys() | reached):
        taken = Counter(keys_taken(agencies.get(agency, [])))
        for key, count in taken.items():
            if count != 1:
                yield f"{agency}: took assignment {key} {count} times"
        for key in decided[agency] - taken.keys() - recalled:
            yield f"{agency}: assignment {key} was decided and never arrived"
        for key in taken.keys() - decided[agency]:
            yield f"{agency}: assignment {key} arrived and was never decided"


def _recalled(histories: Histories) -> set[str]:
    """The keys of assignments of which the history says that their agencies were told to leave them."""
    delivered = events(histories, "message.delivered")
    return {
        f"{case}/{event['payload']['message'].removeprefix('recall/')}"
        for case, event in delivered
        if event["payload"]["message"].startswith("recall/")
    }


def informed_once(agencies: Mapping[str, list[dict[str, Any]]], histories: Histories) -> Iterator[str]:
    """What the agencies were told of assignments later has its reason, and came where the history says so.

    A recall need not have come where the assignment never did, nor information where it was recalled.
    """
    logs = [(agency, entry) for agency, log in agencies.items() for entry in log if entry.get("message")]
    told = Counter((agency, entry["message"]) for agency, entry in logs if entry["outcome"] == "told")
    reasons = set(_reasons_to_tell(histories))
    for (agency, message), count in told.items():
        if count != 1:
            yield f"{agency}: was told {message} {count} times"
        if _reason_of(message) not in reasons:
            yield f"{agency}: was told {message}, for which there is no reason"
    heard, recalled = {entry["message"] for _, entry in logs}, _recalled(histories)
    arrived = {key for log in agencies.values() for key in keys_taken(log)}
    for case, event in events(histories, "message.delivered"):
        kind, step, attempt = event["payload"]["message"].split("/")[:3]
        key, message = f"{case}/{step}/{attempt}", f"{case}/{event['payload']['message']}"
        needed = key in arrived if kind == "recall" else key not in recalled
        if needed and message not in heard:
            yield f"message {message}: said to be delivered, and no agency heard it"


def passed_over_rightly(histories: Histories) -> Iterator[str]:
    """What an agency said and the case passed over as older has something of it before it that is not older."""
    for case, history in histories.items():
        taken: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
        for event in history:
            said = event["payload"].get("status")
            if is_a(event, "step.acknowledged", "step.progressed", "step.information_requested"):
                taken[said["step"], said["attempt"]].append(said)
            elif _is_passed_over(event) and not _is_older(said, taken[said["step"], said["attempt"]]):
                yield f"case {case}: entry {event['seq']} passes over what is not older than what came before"


def _is_passed_over(event: Event) -> bool:
    return is_a(event, "status.ignored") and event["payload"]["reason"] == "status.superseded"


def _is_older(said: Mapping[str, Any], others: list[Mapping[str, Any]]) -> bool:
    """By the agency's own numbers, where both have one; else by when it says that it happened."""
    numbers = [one["agency_sequence"] for one in others if one.get("agency_sequence") is not None]
    if numbers and said.get("agency_sequence") is not None:
        return bool(said["agency_sequence"] <= max(numbers))
    return any(_happened(said) <= _happened(one) for one in others)


def _happened(said: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(said["occurred_at"])


def _reason_of(message: str) -> tuple[str, str, str]:
    """Case and kind of what an agency was told, and the step or the document that it is about."""
    case, kind, step, *rest = message.split("/")
    return case, kind, rest[-1] if kind == "attachment" else step


def _reasons_to_tell(histories: Histories) -> Iterator[tuple[str, str, str]]:
    """Everything of which an agency may have been told, as `_reason_of` has it."""
    turned_back = [f"step.{what}" for what in ("reassigned", "redispatched", "cancelled", "restored")]
    for kind, names in (("recall", turned_back), ("information", ["information.provided"])):
        for case, event in events(histories, *names):
            yield case, kind, event["payload"]["step"]
    for case, event in events(histories, "attachment.added"):
        yield case, "attachment", event["payload"]["attachment"]["attachment_id"]
    for case, event in events(histories, "step.dispatched"):
        for one in event["payload"].get("supplements") or ():
            yield case, one["kind"], event["payload"]["step"] if one["kind"] == "information" else one["id"]


def _keys_by_agency(histories: Histories) -> dict[str, set[str]]:
    decided: dict[str, set[str]] = defaultdict(set)
    for case, event in events(histories, "step.dispatched"):
        decided[event["payload"]["agency_id"]].add(key_of(case, event))
    return decided
