"""A small consistent world: what two applicants hold, what agencies and providers received, the history.

Appeal 1, for a service of two steps, opens case `a`; appeal 2 of the same person joins it. Appeal 3
opens case `b`, whose one step is with the centre and arrives nowhere.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from vahid.demo.evidence import Evidence
from vahid.demo.oracle import examine_evidence

History = list[dict[str, Any]]
"""Messages on the topic of case events."""
Spoil = Callable[[Evidence, History], object]
"""Makes a consistent world inconsistent."""

PHONE, EMAIL = "+994502000000", "applicant0@example.az"


def receipt(number: int, **more: Any) -> dict[str, Any]:
    """What the driver keeps of an accepted appeal."""
    return {
        "tracking_number": f"VHD-{number}",
        "receipt": f"signed receipt {number}",
        "notice": {"sms": True, "email": True},
        "phone": PHONE,
        "email": EMAIL,
    } | more


def event(name: str, **payload: Any) -> dict[str, Any]:
    """The payload of a case event."""
    return {"type": f"az.vahid.{name}.v1", **payload}


def appeal(number: int) -> dict[str, str]:
    """An appeal as the history has it, with the digest of its receipt."""
    digest = hashlib.sha256(f"signed receipt {number}".encode()).hexdigest()
    return {"tracking_number": f"VHD-{number}", "receipt_digest": digest}


def dispatched(step: str, agency: str) -> dict[str, Any]:
    """A decision to send a step."""
    return event("step.dispatched", step=step, attempt=1, agency_id=agency)


def delivered(message: str) -> dict[str, Any]:
    """A message about an assignment reached its agency."""
    return event("message.delivered", message=message)


def messages(case: str, *payloads: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of a case on the topic of case events, numbered from 1."""
    return [
        {"subject": case, "data": {"seq": seq, "payload": payload}} for seq, payload in enumerate(payloads, 1)
    ]


def history() -> list[dict[str, Any]]:
    """Both cases, from the opening to the answer."""
    return [
        *messages(
            "a",
            event("case.opened", appeal=appeal(1)),
            dispatched("t1.examine", "moh"),
            event("step.delivered", step="t1.examine", attempt=1),
            event("appeal.joined", appeal=appeal(2)),
            dispatched("t1.decide", "mlspp"),
            event("track.answered", track="t1"),
            event("case.answered", tracking_numbers=["VHD-1", "VHD-2"]),
        ),
        *messages(
            "b",
            event("case.opened", appeal=appeal(3)),
            dispatched("t1.triage", "centre"),
            event("track.answered", track="t1"),
            event("case.answered", tracking_numbers=["VHD-3"]),
        ),
    ]


def evidence() -> Evidence:
    """The evidence from outside. The applicant of appeal 3 wants no notices."""
    notices = [1, 2, 3]  # the receipts of appeals 1 and 2, and one answer to both: one person
    return Evidence(
        receipts=[receipt(1), receipt(2), receipt(3, notice={"sms": False, "email": False})],
        agencies={
            "moh": [
                {"key": "a/t1.examine/1", "outcome": "new"},
                {"key": "a/t1.examine/1", "outcome": "repeated"},
            ],
            "mlspp": [{"key": "a/t1.decide/1", "outcome": "new"}],
        },
        mails=[{"rcpt_tos": [EMAIL.title()], "message_id": f"<{number}@vahid>"} for number in notices],
        texts=[{"to": PHONE, "client_reference": f"text-{number}"} for number in notices],
    )


def status(step: str, instant: str, sequence: int | None = None) -> dict[str, Any]:
    """A status of an agency about its first attempt at a step."""
    numbered = {} if sequence is None else {"agency_sequence": sequence}
    return {"step": step, "attempt": 1, "occurred_at": f"2021-08-24T{instant}Z", **numbered}


def payload(history: History, place: int) -> dict[str, Any]:
    """The payload of the message at `place`, to be changed."""
    payload: dict[str, Any] = history[place]["data"]["payload"]
    return payload


def insert(history: History, place: int, *payloads: dict[str, Any]) -> None:
    """Insert entries into case `a` before its entry at `place`, and number it anew."""
    entries = [payload(history, number) for number in range(7)]
    history[:7] = messages("a", *entries[:place], *payloads, *entries[place:])


def contradictions(evidence: Evidence, history: History) -> list[str]:
    """What the oracle finds."""
    return examine_evidence(evidence, history).contradictions
