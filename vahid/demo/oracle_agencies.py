"""Compares what agencies took, by their own logs, with the history."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vahid.demo.evidence import Event, Histories, events, is_a, key_of, keys_taken


def assigned_once(agencies: Mapping[str, list[dict[str, Any]]], histories: Histories) -> Iterator[str]:
    """The agencies took each assignment that the history has once, and no other.

    This covers each agency that has a log, or to which the history has a delivery. A recalled assignment
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


def messages_taken_once(agencies: Mapping[str, list[dict[str, Any]]], histories: Histories) -> Iterator[str]:
    """The agencies took each message once, each has its cause in the history, and none delivered is missing.

    A recall is not missing where its assignment never arrived, nor is information where it was recalled.
    """
    logs = [(agency, entry) for agency, log in agencies.items() for entry in log if entry.get("message")]
    taken = Counter((agency, entry["message"]) for agency, entry in logs if entry["outcome"] == "accepted")
    causes = set(_causes(histories))
    for (agency, message), count in taken.items():
        if count != 1:
            yield f"{agency}: took message {message} {count} times"
        if _cause_of(message) not in causes:
            yield f"{agency}: took message {message}, which has no cause in the history"
    logged = {entry["message"] for _, entry in logs}
    for message in _expected_messages(agencies, histories):
        if message not in logged:
            yield f"message {message}: recorded as delivered, and in no agency's log"


def superseded_are_older(histories: Histories) -> Iterator[str]:
    """A status that its case ignored as superseded is not newer than one that the case took before it."""
    for case, history in histories.items():
        taken: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
        for event in history:
            status = event["payload"].get("status")
            if is_a(event, "step.acknowledged", "step.progressed", "step.information_requested"):
                taken[status["step"], status["attempt"]].append(status)
            elif _is_superseded(event) and not _is_older(status, taken[status["step"], status["attempt"]]):
                yield f"case {case}: entry {event['seq']} ignores a status as superseded that is newer"


def _expected_messages(agencies: Mapping[str, list[dict[str, Any]]], histories: Histories) -> Iterator[str]:
    """The messages that some agency must have in its log."""
    arrived = {key for log in agencies.values() for key in keys_taken(log)}
    recalled = _recalled(histories)
    for case, event in events(histories, "message.delivered"):
        kind, step, attempt = event["payload"]["message"].split("/")[:3]
        key = f"{case}/{step}/{attempt}"
        if key in arrived if kind == "recall" else key not in recalled:
            yield f"{case}/{event['payload']['message']}"


def _recalled(histories: Histories) -> set[str]:
    """The keys of the assignments whose recall was delivered, by the history."""
    return {
        f"{case}/{event['payload']['message'].removeprefix('recall/')}"
        for case, event in events(histories, "message.delivered")
        if event["payload"]["message"].startswith("recall/")
    }


def _is_superseded(event: Event) -> bool:
    return is_a(event, "status.ignored") and event["payload"]["reason"] == "status.superseded"


def _is_older(status: Mapping[str, Any], others: list[Mapping[str, Any]]) -> bool:
    """Compares the agency's own numbers where both have one, else the times that it stated."""
    numbers = [other["agency_sequence"] for other in others if other.get("agency_sequence") is not None]
    if numbers and status.get("agency_sequence") is not None:
        return bool(status["agency_sequence"] <= max(numbers))
    return any(_occurred_at(status) <= _occurred_at(other) for other in others)


def _occurred_at(status: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(status["occurred_at"])


def _cause_of(message: str) -> tuple[str, str, str]:
    """A message's case, its kind, and the step or document that caused it."""
    case, kind, step, *rest = message.split("/")
    return case, kind, rest[-1] if kind == "attachment" else step


def _causes(histories: Histories) -> Iterator[tuple[str, str, str]]:
    """Everything that may cause a message, as `_cause_of` has it."""
    recalling = [
        f"step.{name}" for name in ("reassigned", "redispatched", "cancelled", "restored", "corrected")
    ]
    for kind, names in (("recall", recalling), ("information", ["information.provided"])):
        for case, event in events(histories, *names):
            yield case, kind, event["payload"]["step"]
    for case, event in events(histories, "attachment.added"):
        yield case, "attachment", event["payload"]["attachment"]["attachment_id"]
    for case, event in events(histories, "step.dispatched"):
        for supplement in event["payload"].get("supplements") or ():
            kind = supplement["kind"]
            yield case, kind, event["payload"]["step"] if kind == "information" else supplement["id"]


def _keys_by_agency(histories: Histories) -> dict[str, set[str]]:
    decided: dict[str, set[str]] = defaultdict(set)
    for case, event in events(histories, "step.dispatched"):
        decided[event["payload"]["agency_id"]].add(key_of(case, event))
    return decided
