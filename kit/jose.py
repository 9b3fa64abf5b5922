"""The two compact forms that this installation writes: a sealed content (JWE) and a signed receipt (JWS).

Written straight with `cryptography`: a library that can do every algorithm takes longer to choose one than
to run it, and these two are written once an appeal. Reading stays with the library (see `kit.vault`), so
that every form written here is held to the standard by somebody else's code.
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_LENGTH, _TAG = 12, 16  # bytes; RFC 7518, section 5.3


def sealed_compact(secret: bytes, key_id: str, content: bytes, nonce: bytes | None = None) -> str:
    """`content` as JWE (RFC 7516, `dir` with `A256GCM`) under the 32 bytes of `secret`.

    A `nonce` of 12 bytes must never come with another content; without one it is drawn.
    """
    head = _head({"alg": "dir", "enc": "A256GCM", "kid": key_id})
    nonce = nonce or os.urandom(NONCE_LENGTH)
    closed = AESGCM(secret).encrypt(nonce, content, head)
    return b".".join((head, b"", _text(nonce), _text(closed[:-_TAG]), _text(closed[-_TAG:]))).decode()


class ReceiptSigner:
    """Signs with one Ed25519 key (RFC 8037, RFC 9864) under its id."""

    def __init__(self, key: Ed25519PrivateKey, key_id: str) -> None:
        self._key = key
        self._head = _head({"alg": "Ed25519", "kid": key_id, "typ": "JWT"})

    def sign(self, payload: bytes) -> str:
        """`payload` as JWS in compact serialisation (RFC 7515)."""
        signed = b".".join((self._head, _text(payload)))
        return b".".join((signed, _text(self._key.sign(signed)))).decode()


def _head(fields: Mapping[str, str]) -> bytes:
    return _text(json.dumps(fields, separators=(",", ":")).encode())


def _text(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")
