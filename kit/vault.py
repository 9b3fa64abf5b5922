"""Protects personal data: sealed contents, their data keys, blind indexes, signed receipts.

A data key (AES-256) seals contents as JWE (RFC 7516: `dir`, `A256GCM`, `kid` is the key's id). Data keys
lie in PostgreSQL, wrapped by the master key (AES key wrap, RFC 3394). Destroying a data key makes all that it
sealed unreadable for ever, wherever copies lie: so a person is forgotten.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey
from joserfc.util import urlsafe_b64decode
from sqlalchemy import CheckConstraint, Column, DateTime, LargeBinary, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.canonical_json import canonical_json
from kit.database import metadata
from kit.errors import PermanentError
from kit.foreign_json import read_json
from kit.jose import NONCE_LENGTH, ReceiptSigner, sealed_compact
from kit.key_files import DIGEST_KEY, INDEX_KEY, MASTER_KEY, VAULT_KEYS, KeyFiles
from kit.ttl_cache import TtlCache

SEALED_LIMIT = 65_536
"""The longest sealed content in characters of its JWE; about 48 KiB of content."""

_SIGNATURE = "Ed25519"  # RFC 9864; it replaces the polymorphic "EdDSA", and joserfc wants it named
_CACHED, _CACHED_FOR = 4096, 5.0

data_keys = Table(
    "data_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed_at", DateTime(timezone=True)),
    CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_keys_are_gone"),
    schema="vault",
)


class KeyMissingError(PermanentError):
    """No data key of that id was ever made here."""


class KeyDestroyedError(PermanentError):
    """The data key was destroyed: what it sealed stays closed."""


class SealBrokenError(PermanentError):
    """Sealed content that was changed, cut, or sealed by another key; or what is no sealed content."""


class SignatureInvalidError(PermanentError):
    """A receipt that was not signed by this installation, or changed afterwards."""


@dataclass(frozen=True)
class DataKey:
    """An AES-256 key under its id."""

    key_id: str
    secret: bytes = field(repr=False)

    def seal(self, content: bytes, *, under: str | None = None) -> str:
        """`content` as JWE in compact serialisation.

        The same content `under` the same id is sealed alike each time, so that a repeated try can be told
        from another content.

        Raises:
            PermanentError: `content_too_large`: the result would exceed `SEALED_LIMIT`.
        """
        nonce = None if under is None else self._nonce(under.encode(), content)
        sealed = sealed_compact(self.secret, self.key_id, content, nonce)
        if len(sealed) > SEALED_LIMIT:
            raise PermanentError("content_too_large", f"{len(content)} bytes are too many to seal.")
        return sealed

    def open(self, sealed: str) -> bytes:
        """The content that was sealed.

        Raises:
            SealBrokenError: it was changed, sealed by another key, or is no JWE.
        """
        if key_id_of(sealed) != self.key_id:
            raise SealBrokenError("wrong_key", f"The content was not sealed by data key {self.key_id}.")
        try:
            content = jwe.decrypt_compact(sealed, self._key(), algorithms=["dir", "A256GCM"]).plaintext
        except (JoseError, ValueError) as error:
            broken = f"A content sealed by data key {self.key_id} does not open."
            raise SealBrokenError("seal_broken", broken) from error
        return content or b""

    def _nonce(self, identity: bytes, content: bytes) -> bytes:
        """A nonce that no other id or content gets: a keyed digest of both, under a key of its own."""
        key = hmac.digest(self.secret, b"nonce", "sha256")
        text = len(identity).to_bytes(8, "big") + identity + content
        return hmac.digest(key, text, "sha256")[:NONCE_LENGTH]

    def _key(self) -> OctKey:
        return OctKey.import_key(self.secret)


def key_id_of(sealed: str) -> str:
    """The id of the data key that sealed a content.

    Raises:
        SealBrokenError: it is no JWE that names its key.
    """
    try:
        header = read_json(urlsafe_b64decode(sealed.partition(".")[0].encode()))
        kid = header["kid"]
    except (ValueError, KeyError, TypeError) as error:
        raise SealBrokenError("not_sealed", "The content is no JWE with a key id.") from error
    if not isinstance(kid, str):
        raise SealBrokenError("not_sealed", "The key id of the content is no text.")
    return kid


class Vault:
    """The keys of this installation that are used, read from `folder` (see `create_keys`).

    Raises:
        PermanentError: `keys_missing` or `keys_damaged`, with the file.
    """

    def __init__(self, folder: Path, uses: Sequence[str] = VAULT_KEYS) -> None:
        self._keys = KeyFiles.read(folder, uses)
        self._recent = TtlCache[DataKey](_CACHED, _CACHED_FOR)

    @cached_property
    def _kid(self) -> str:
        return self._keys.receipt.thumbprint()

    @cached_property
    def _signer(self) -> ReceiptSigner:
        return ReceiptSigner(_private(self._keys.receipt), self._kid)

    def new_data_key(self, key_id: str) -> tuple[DataKey, bytes]:
        """A new data key and its wrapped form, for callers that write many `data_keys` in one statement."""
        secret = secrets.token_bytes(32)
        return DataKey(key_id, secret), aes_key_wrap(self._keys.secret(MASTER_KEY), secret)

    async def create_data_key(self, connection: AsyncConnection, key_id: str) -> DataKey:
        """The data key `key_id`, made if there is none; it lasts when the caller's transaction commits.

        Raises:
            KeyDestroyedError: there was one, and it was destroyed.
        """
        _, wrapped = self.new_data_key(key_id)
        row = insert(data_keys).values(key_id=key_id, wrapped=wrapped).on_conflict_do_nothing()
        await connection.execute(row)
        return await self._read(connection, key_id)

    async def data_key(self, connection: AsyncConnection, key_id: str) -> DataKey:
        """The data key `key_id`. A destroyed one may still be found for up to five seconds.

        Raises:
            KeyMissingError: there is none.
            KeyDestroyedError: it was destroyed.
        """
        return self._recent.get(key_id) or await self._read(connection, key_id)

    async def open(self, connection: AsyncConnection, sealed: str) -> bytes:
        """The content that was sealed, by whichever data key it names.

        Raises:
            KeyMissingError: there is no such key.
            KeyDestroyedError: it was destroyed.
            SealBrokenError: the content was changed, or is no JWE.
        """
        return (await self.data_key(connection, key_id_of(sealed))).open(sealed)

    async def destroy_data_key(self, connection: AsyncConnection, key_id: str) -> None:
        """Destroy a data key, for good once the transaction commits. Doing it again changes nothing.

        Raises:
            KeyMissingError: there is none.
        """
        gone = update(data_keys).where(data_keys.c.key_id == key_id)
        gone = gone.values(wrapped=None, destroyed_at=func.coalesce(data_keys.c.destroyed_at, func.now()))
        if (await connection.execute(gone)).rowcount == 0:
            raise _missing(key_id)
        self._recent.forget(key_id)

    async def _read(self, connection: AsyncConnection, key_id: str) -> DataKey:
        # A key of the caller's own open transaction may yet be rolled back: it is not remembered.
        settled = (data_keys.c.created_at < func.now()).label("settled")
        query = select(data_keys.c.wrapped, settled).where(data_keys.c.key_id == key_id)
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise _missing(key_id)
        if row.wrapped is None:
            raise KeyDestroyedError("key_destroyed", f"The data key {key_id} was destroyed.")
        key = DataKey(key_id, self._unwrap(key_id, row.wrapped))
        if row.settled:
            self._recent.put(key_id, key)
        return key

    def _unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._keys.secret(MASTER_KEY), wrapped)
        except InvalidUnwrap as error:
            raise PermanentError(
                "master_key_wrong",
                f"The data key {key_id} was wrapped by another master key.",
                remedy="Point VAHID_KEYS at the keys of the installation that owns this database.",
            ) from error

    def blind_index(self, value: str) -> str:
        """HMAC-SHA256 (hex) that finds equal values without showing them. Normalise `value` first."""
        return hmac.digest(self._keys.secret(INDEX_KEY), value.encode(), "sha256").hex()

    def body_digest(self, body: bytes) -> str:
        """HMAC-SHA256 (hex) that recognises a repeated body."""
        return hmac.digest(self._keys.secret(DIGEST_KEY), body, "sha256").hex()

    def running_digest(self) -> hmac.HMAC:
        """`body_digest` of a body that is never held whole: give its parts to `update`, then `hexdigest`."""
        return hmac.new(self._keys.secret(DIGEST_KEY), digestmod="sha256")

    def sign(self, claims: Mapping[str, object]) -> str:
        """A receipt: JWS in compact serialisation (Ed25519) over the canonical JSON (RFC 8785) of `claims`.

        The same claims give the same receipt.
        """
        return self._signer.sign(canonical_json(dict(claims)))

    def verify(self, receipt: str) -> dict[str, Any]:
        """The claims of a receipt that this installation signed.

        Raises:
            SignatureInvalidError: it did not, or the receipt was changed.
        """
        try:
            signed = jws.deserialize_compact(receipt, self._keys.receipt, algorithms=[_SIGNATURE])
            claims = read_json(signed.payload or b"")
        except (JoseError, ValueError) as error:
            raise SignatureInvalidError(
                "receipt_invalid", "The receipt is not from here, or changed."
            ) from error
        return cast("dict[str, Any]", claims)

    def public_jwk(self) -> dict[str, str]:
        """The public key (JWK) by which anybody can check a receipt."""
        public = self._keys.receipt.as_dict(private=False)
        named = {name: str(public[name]) for name in ("kty", "crv", "x")}
        return named | {"kid": self._kid, "alg": _SIGNATURE, "use": "sig"}


def _private(key: OKPKey) -> Ed25519PrivateKey:
    """The private half; `KeyFiles` has seen that it is there."""
    return cast("Ed25519PrivateKey", key.private_key)


def _missing(key_id: str) -> KeyMissingError:
    return KeyMissingError("key_missing", f"There is no data key {key_id}.")
