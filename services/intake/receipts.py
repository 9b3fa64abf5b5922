"""The signed receipt: what an applicant can hold against us, alone and offline.

A receipt is a JWS (EdDSA). Its claims name what came in by SHA-256 over salt and content, so that only who
has both, the applicant, can show what it was. The salt is in the response, not in the receipt, and is stored
nowhere: it follows from the id by a key of the vault. SHA-256 of the receipt itself stands in the case's
event, so that an appeal or attachment dropped on the way is provable. A claim names the published record
(see `kit.receipts`), so that the router knows a forged one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from kit.receipts import ISSUER, RECORD_DIGEST, receipt_digest, record_digest
from kit.vault import Vault
from schemas.frozen import Frozen


@dataclass(frozen=True)
class Receipt:
    """A signed receipt, its SHA-256 (hex), and the digest of the record that it names."""

    jws: str
    digest: str
    record_digest: str


def salt_of(vault: Vault, subject: str) -> str:
    """The salt of a receipt about `subject`: 128 bits that only the vault can compute."""
    return vault.body_digest(f"receipt-salt/{subject}".encode())[:32]


def running_digest(salt: str) -> "hashlib._Hash":
    """SHA-256 over the salt, a full stop and the content, which is still to come."""
    return hashlib.sha256(f"{salt}.".encode())


def content_digest(salt: str, content: bytes) -> str:
    """SHA-256 (hex) over the salt, a full stop and the content."""
    digest = running_digest(salt)
    digest.update(content)
    return digest.hexdigest()


def sign(vault: Vault, subject: str, claims: Mapping[str, object], record: Frozen) -> Receipt:
    """The receipt about `subject`, the id of an appeal or attachment, which is published as `record`.

    The `receipt_digest` of the record is still to come.
    """
    named = record_digest(record)
    jws = vault.sign({"iss": ISSUER, "sub": subject, **claims, RECORD_DIGEST: named})
    return Receipt(jws, receipt_digest(jws), named)
