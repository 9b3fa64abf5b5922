"""Versions by content: SHA-256 over canonical JSON (RFC 8785). Order of keys and comments do not count."""

from hashlib import sha256

import rfc8785
from pydantic import BaseModel


def content_hash(value: object) -> str:
    """The SHA-256 (hex) of a JSON value in canonical form."""
    return sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]


def version_of(model: BaseModel) -> str:
    """The content hash of a model without its own `version`."""
    return content_hash(model.model_dump(mode="json", exclude={"version"}))
