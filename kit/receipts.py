"""Receipts as who has only the public keys sees them: whether intake signed, and for which record.

The claim `record_digest` names the record that is published of an appeal or a document. So whoever reads the
record with its receipt knows that every field of it, sealed content too, is what intake accepted.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode

from kit.canonical_json import canonical_json
from kit.errors import PermanentError
from kit.foreign_json import read_json
from kit.key_files import RECEIPT_KEYS, read_public_keys
from schemas.frozen import Frozen

ISSUER = "urn:vahid:intake"
RECORD_DIGEST = "record_digest"
"""The claim of a receipt that names the published record."""

RECEIPT_INVALID = "receipt_invalid"
RECEIPT_KEY_UNKNOWN = "receipt_key_unknown"
_SIGNATURE = "Ed25519"  # RFC 9864


class ReceiptRefusedError(PermanentError):
    """No receipt of this installation."""


def record_digest(record: Frozen) -> str:
    """SHA-256 (hex) over the canonical JSON (RFC 8785) of a record, without what has its default value.

    The digest of the receipt is left out, as the receipt names this digest. A field that is added later,
    with a default, does not change the digest of a record that was published before.
    """
    content = record.model_dump(mode="json", exclude={"receipt_digest"}, exclude_defaults=True)
    return hashlib.sha256(canonical_json(content)).hexdigest()


def receipt_digest(receipt: str) -> str:
    """SHA-256 (hex) of a receipt, as it stands in its record."""
    return hashlib.sha256(receipt.encode()).hexdigest()


class ReceiptKeys:
    """The public keys of receipts in `folder`: the one in use, and those before it.

    Raises:
        PermanentError: `keys_missing` or `keys_damaged`, with the file.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECEIPT_KEYS
        self._keys: Mapping[str, OKPKey] = read_public_keys(self._path)

    def claims(self, receipt: str) -> dict[str, Any]:
        """The claims of a receipt that one of the keys has signed; the file is read again for a new key.

        Raises:
            ReceiptRefusedError: `receipt_invalid`: it is none, or was changed; `receipt_key_unknown`.
            PermanentError: `keys_missing` or `keys_damaged`: the file cannot be read any more.
        """
        key = self._key(_key_id(receipt))
        try:
            signed = jws.deserialize_compact(receipt, key, algorithms=[_SIGNATURE])
            claims = read_json(signed.payload or b"")
        except (JoseError, ValueError) as error:
            raise _invalid() from error
        if not isinstance(claims, dict):
            raise _invalid()
        return cast("dict[str, Any]", claims)

    def _key(self, key_id: str) -> OKPKey:
        if key_id not in self._keys:
            self._keys = read_public_keys(self._path)
        if key_id not in self._keys:
            raise ReceiptRefusedError(
                RECEIPT_KEY_UNKNOWN,
                f"No public key in {RECEIPT_KEYS} has the id that the receipt names.",
                remedy=f"If it is a key of yours, put its public half into {RECEIPT_KEYS}, then redrive.",
            )
        return self._keys[key_id]


def _key_id(receipt: str) -> str:
    try:
        key_id = read_json(urlsafe_b64decode(receipt.partition(".")[0].encode()))["kid"]
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid() from error
    if not isinstance(key_id, str):
        raise _invalid()
    return key_id


def _invalid() -> ReceiptRefusedError:
    return ReceiptRefusedError(
        RECEIPT_INVALID, "The receipt was not signed by this installation, or was changed."
    )
