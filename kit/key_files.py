"""The key files of an installation: made once, read by whoever holds the vault."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kit.errors import PermanentError

MASTER_KEY, INDEX_KEY, DIGEST_KEY = "master.key", "index.key", "digest.key"
PAYLOAD_KEY = "payload.key"
RECEIPT_KEY = "receipt.jwk"
RECEIPT_KEYS = "receipt-keys.json"
"""The public halves (JWK Set, RFC 7517) of the key that signs and of those before it."""
VAULT_KEYS = (MASTER_KEY, INDEX_KEY, DIGEST_KEY, RECEIPT_KEY)
"""What a vault can use. A service names those that it needs, and gets no others."""


def create_keys(folder: Path) -> None:
    """Make the installation's keys in `folder`, each where it is not there yet; readable by their owner only.

    `master.key` wraps data keys, `index.key` and `digest.key` key the HMACs, `payload.key` seals what
    goes to Temporal (32 random bytes each); `receipt.jwk` (Ed25519) signs, and its public half is added to
    `receipt-keys.json`. Who loses the master key loses everything sealed: back the folder up, apart from the
    database.

    Raises:
        PermanentError: `keys_damaged`: a key that is there cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (MASTER_KEY, INDEX_KEY, DIGEST_KEY, PAYLOAD_KEY):
        _create(folder / name, secrets.token_bytes(32))
    private = OKPKey.generate_key("Ed25519").as_dict(private=True)
    _create(folder / RECEIPT_KEY, json.dumps(private).encode())
    _publish(_receipt_key(folder / RECEIPT_KEY), folder / RECEIPT_KEYS)


def _publish(key: OKPKey, path: Path) -> None:
    """Add the public half of `key` to the set in `path`, unless it is there."""
    known = read_public_keys(path) if path.exists() else {}
    if key.thumbprint() in known:
        return
    public = {**known, key.thumbprint(): key}
    members = [{**each.as_dict(private=False), "kid": kid} for kid, each in public.items()]
    partial = _written_beside(path, json.dumps({"keys": members}).encode())
    partial.replace(path)


def read_public_keys(path: Path) -> dict[str, OKPKey]:
    """The keys of a set (JWK Set) by their ids: each is the thumbprint (RFC 7638) of its key.

    Raises:
        PermanentError: `keys_missing` or `keys_damaged`, with the file.
    """
    try:
        keys = [OKPKey.import_key(member) for member in json.loads(_content(path))["keys"]]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    return {key.thumbprint(): key for key in keys}


def _create(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there stays, also when two processes start at once."""
    if path.exists():
        return
    partial = _written_beside(path, content)
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)


def _written_beside(path: Path, content: bytes) -> Path:
    """A new file in the folder of `path` with this content, on the disk and for its owner only."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return partial


@dataclass(frozen=True)
class KeyFiles:
    """Those of the installation's keys that a process uses, in memory; never shown."""

    secrets: Mapping[str, bytes] = field(repr=False)
    signing: OKPKey | None = field(repr=False)

    @classmethod
    def read(cls, folder: Path, uses: Sequence[str] = VAULT_KEYS) -> "KeyFiles":
        """The keys in `folder` that are used, by the names of their files.

        Raises:
            PermanentError: `keys_missing` or `keys_damaged`, with the file.
        """
        used = {name: read_secret(folder / name) for name in uses if name != RECEIPT_KEY}
        return cls(used, _receipt_key(folder / RECEIPT_KEY) if RECEIPT_KEY in uses else None)

    @property
    def receipt(self) -> OKPKey:
        """The key that signs.

        Raises:
            PermanentError: `keys_not_used`: this process said that it does not use it.
        """
        if self.signing is None:
            raise _not_used(RECEIPT_KEY)
        return self.signing

    def secret(self, name: str) -> bytes:
        """The key in the file of that name.

        Raises:
            PermanentError: `keys_not_used`: this process said that it does not use it.
        """
        if name not in self.secrets:
            raise _not_used(name)
        return self.secrets[name]


def read_secret(path: Path) -> bytes:
    """The 32 bytes of a key.

    Raises:
        PermanentError: `keys_missing` or `keys_damaged`, with the file.
    """
    content = _content(path)
    if len(content) != 32:
        raise _damaged(path)
    return content


def _receipt_key(path: Path) -> OKPKey:
    try:
        key = OKPKey.import_key(json.loads(_content(path)))
    except (JoseError, ValueError) as error:
        raise _damaged(path) from error
    if not key.is_private:
        raise _damaged(path)
    return key


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        remedy = "Set VAHID_KEYS to the folder of the installation's keys; `vahid up` makes them."
        raise PermanentError("keys_missing", f"There is no key file {path}.", remedy=remedy) from error


def _not_used(name: str) -> PermanentError:
    remedy = "Name it where the process makes its vault, and among its keys in the stack."
    return PermanentError("keys_not_used", f"This process has not asked for the key {name}.", remedy=remedy)


def _damaged(path: Path) -> PermanentError:
    remedy = "Restore it from its backup."
    return PermanentError("keys_damaged", f"The key file {path} is damaged.", remedy=remedy)
