"""A small world that is consistent: what two applicants hold, what agencies and providers got, the history.

Appeal 1 (asks for a service of two steps) opens case `a`; appeal 2 of the same person joins it. Appeal 3
opens case `b`, whose one step is with the centre and arrives nowhere.
"""

import hashlib
from typing import Any

from vahid.demo.evidence import Evidence

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
    """The agency of a case event."""
    return {"type": f"az.vahid.{name}.v1", **payload}


def appeal(number: int) -> dict[str, str]:
    """An appeal as the history has it, with the digest of its receipt."""
    digest = hashlib.sha256(f"signed receipt {number}".encode()).hexdigest()
    return {"tracking_number": f"VHD-{number}", "receipt_digest": digest}


def dispatched(step: str, agency: str) -> dict[str, Any]:
    """A step decided to be sent."""
    return event("step.dispatched", step=step, attempt=1, agency_id=agency)


def delivered(message: str) -> dict[str, Any]:
    """An agency heard something about an assignment."""
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
    """What is outside. Appeal 3 wants no notices."""
    told = [1, 2, 3]  # two receipts of appeals 1 and 2, one answer: the same person
    return Evidence(
        receipts=[receipt(1), receipt(2), receipt(3, notice={"sms": False, "email": False})],
        agencies={
            "moh": [
                {"key": "a/t1.examine/1", "outcome": "new"},
                {"key": "a/t1.examine/1", "outcome": "repeated"},
            ],
            "mlspp": [{"key": "a/t1.decide/1", "outcome": "new"}],
        },
        mails=[{"rcpt_tos": [EMAIL.title()], "message_id": f"<{one}@vahid>"} for one in told],
        texts=[{"to": PHONE, "client_reference": f"text-{one}"} for one in told],
    )
