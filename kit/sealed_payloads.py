"""Payloads of Temporal, sealed: who has no key of the installation can neither read nor forge one.

A payload is sealed with AES-256-GCM and bound to its workflow: the workflow's id is authenticated beside it,
so that one which was copied from another case does not open here.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from prometheus_client import Counter
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from kit.errors import PermanentError
from kit.key_files import PAYLOAD_KEY, read_secret

_ENCODING, _SEALED, _REFUSED, _KEY_ID = "encoding", b"binary/sealed", b"binary/refused", "key-id"
_NONCE = 12
"""Bytes: the nonce that NIST SP 800-38D recommends for GCM."""

_REFUSALS = Counter(
    "vahid_temporal_payloads_refused_total",
    "Payloads from Temporal that nobody with the installation's key has sealed for this workflow.",
)
_log = structlog.get_logger()


def is_refused(payload: Payload) -> bool:
    """Whether the codec has refused it."""
    return payload.metadata.get(_ENCODING) == _REFUSED


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals what goes to Temporal and opens what comes back.

    What is not sealed, or does not open, is refused: it becomes a payload that no converter reads. So a
    forged signal is dropped and a forged update fails, and the case goes on; each is counted and logged. A
    payload that names another key is no forgery but a fault of this process' settings: it raises, and
    Temporal tries again until the key is right.
    """

    def __init__(self, key: bytes, workflow_id: str = "") -> None:
        self._key = key
        self._cipher = AESGCM(key)
        self._key_id = hashlib.sha256(b"payload key id" + key).hexdigest()[:16].encode()
        self._workflow_id = workflow_id

    @classmethod
    def of(cls, keys: Path) -> "SealingCodec":
        """The codec with the key in the folder `keys`.

        Raises:
            PermanentError: `keys_missing` or `keys_damaged`, with the file.
        """
        return cls(read_secret(keys / PAYLOAD_KEY))

    def with_context(self, context: SerializationContext) -> "SealingCodec":
        """The codec of the workflow that the payloads belong to."""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return SealingCodec(self._key, context.workflow_id or "")
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, each sealed with its metadata."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, each opened or refused.

        Raises:
            PermanentError: `payload_key`: one is sealed with another key.
        """
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, payload.SerializeToString(), self._workflow_id.encode())
        return Payload(metadata={_ENCODING: _SEALED, _KEY_ID: self._key_id}, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get(_ENCODING) != _SEALED:
            return self._refuse("not sealed")
        if payload.metadata.get(_KEY_ID) != self._key_id:
            raise PermanentError(
                "payload_key",
                "A payload from Temporal is sealed with another key than this process has.",
                remedy=f"Set VAHID_KEYS to the folder of the installation's keys, with its {PAYLOAD_KEY}.",
            )
        try:
            nonce, sealed = payload.data[:_NONCE], payload.data[_NONCE:]
            return Payload.FromString(self._cipher.decrypt(nonce, sealed, self._workflow_id.encode()))
        except (InvalidTag, ValueError):  # ValueError: too short to have a nonce
            return self._refuse("sealed for another workflow, or changed")

    def _refuse(self, reason: str) -> Payload:
        _REFUSALS.inc()
        _log.error("temporal.payload_refused", reason=reason, workflow_id=self._workflow_id)
        return Payload(metadata={_ENCODING: _REFUSED})
