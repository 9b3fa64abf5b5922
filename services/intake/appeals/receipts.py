"""The signed receipt: what an applicant can hold against us, alone and offline.

A receipt is a JWS (EdDSA). Its claims name the appeal by SHA-256 over salt and body, so that only who has
both, the applicant, can show what was handed in; the salt is in the answer, not in the receipt, and is kept
nowhere: it follows from the appeal's id by a key of the vault. SHA-256 of the receipt itself stands in the
case's first event, so that an appeal dropped on the way is provable.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from kit.canonical_json import canonical_json

ISSUER = "urn:vahid:intake"


def canonical(body: Mapping[str, Any]) -> bytes:
    """The body in the one form that everybody computes alike (RFC 8785)."""
    return canonical_json(body if type(body) is dict else dict(body))


def appeal_digest(salt: str, canonical_body: bytes) -> str:
    """SHA-256 (hex) over the salt, a full stop and the canonical body."""
    return hashlib.sha256(salt.encode() + b"." + canonical_body).hexdigest()


def receipt_digest(receipt: str) -> str:
    """SHA-256 (hex) of the receipt, as it stands in the case's first event."""
    return hashlib.sha256(receipt.encode()).hexdigest()


def claims(
    *, appeal_id: str, case_id: str, tracking_number: str, channel: str, received_at: str, digest: str
) -> dict[str, object]:
    """What the receipt states. `received_at` is business time, ISO 8601."""
    return {
        "iss": ISSUER,
        "sub": appeal_id,
        "case_id": case_id,
        "tracking_number": tracking_number,
        "channel": channel,
        "received_at": received_at,
        "appeal_digest": digest,
    }
