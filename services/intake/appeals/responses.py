"""How it is told what became of an appeal: the same at the door for one and at the door for many."""

import re
from collections.abc import Mapping

from kit.problem import Problem
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.storage import Accepted, KeySpent, OtherBody, Outcome, Replayed

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_HEADER = {"header": "Idempotency-Key"}


def valid_key(key: object, place: Mapping[str, str] = _HEADER) -> str:
    """The idempotency key, which came at `place`.

    Raises:
        Problem: 400 `idempotency_key.missing`, `idempotency_key.invalid`.
    """
    if isinstance(key, str) and _KEY.fullmatch(key):
        return key
    ((kind, name),) = place.items()
    if key is None:
        code, detail = "idempotency_key.missing", f"The {kind} {name} is missing."
    else:
        code, detail = "idempotency_key.invalid", "The Idempotency-Key is not 1-128 visible ASCII characters."
    remedy = "Send a key of your own for each appeal, and the same one when you repeat the request."
    raise Problem(400, code, detail, remedy=remedy, errors=[{**place, "detail": detail}])


def refusal(refused: AppealRefused) -> Problem:
    """Why the appeal is not accepted, place by place."""
    errors = [
        {"pointer": f"#{finding.pointer}", "code": finding.code, "detail": finding.message}
        for finding in refused.findings
    ]
    remedy = "Correct what errors names and send the appeal again; nothing was stored."
    return Problem(422, refused.code, refused.detail, remedy=remedy, errors=errors)


def accepted(outcome: Outcome) -> Accepted | Replayed:
    """The outcome, if the appeal is accepted, now or before.

    Raises:
        Problem: 409 `idempotency_key.other_body`, `idempotency_key.spent`.
    """
    match outcome:
        case Accepted() | Replayed():
            return outcome
        case OtherBody():
            code, detail = "idempotency_key.other_body", "This Idempotency-Key was used for another appeal."
        case KeySpent():
            code = "idempotency_key.spent"
            detail = (
                "An appeal was accepted under this Idempotency-Key; the time to repeat the request is over."
            )
    raise Problem(409, code, detail, remedy="A new appeal needs a key of its own.")
