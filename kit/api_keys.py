"""API keys: who calls, and what for. A key is shown once; only its SHA-256 is kept.

A key reads `vahid_<id>_<secret>`. The secret has 256 random bits, so a plain hash protects
it: nothing can guess it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import Column, DateTime, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database, metadata
from kit.errors import PermanentError
from kit.http_headers import WWW_AUTHENTICATE
from kit.problem import Problem
from kit.ttl_cache import TtlCache
from schemas.actors import Actor

_log = structlog.get_logger()
_PREFIX = "vahid"
_CACHED, _CACHED_FOR = 4096, 2.0
_NO_HASH = "0" * 64

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
    schema="access",
)


class HeldKey(NamedTuple):
    """The stored part of a key; `revoked_at` once it was revoked."""

    key_id: str
    actor: Actor
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


class _Grant(NamedTuple):
    actor: Actor
    scopes: frozenset[str]


async def issue(connection: AsyncConnection, actor: Actor, scopes: Sequence[str]) -> str:
    """A new key of `actor` for `scopes`. It is shown here and never again."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = {"key_id": key_id, "secret_hash": _hash(secret), "actor_kind": actor.kind, "actor_id": actor.id}
    await connection.execute(api_keys.insert().values(**row, scopes=sorted(set(scopes))))
    return f"{_PREFIX}_{key_id}_{secret}"


async def revoke(connection: AsyncConnection, key_id: str) -> None:
    """Revoke a key; every process refuses it within two seconds of the commit. A repeat changes nothing.

    Raises:
        PermanentError: `api_key_unknown`.
    """
    ended = update(api_keys).where(api_keys.c.key_id == key_id)
    ended = ended.values(revoked_at=func.coalesce(api_keys.c.revoked_at, func.now()))
    if (await connection.execute(ended)).rowcount == 0:
        raise PermanentError("api_key_unknown", f"There is no API key {key_id}.")


async def held_keys(connection: AsyncConnection) -> tuple[HeldKey, ...]:
    """All keys, revoked ones too, in the order of their issue."""
    rows = await connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
    return tuple(
        HeldKey(
            row.key_id,
            Actor(kind=row.actor_kind, id=row.actor_id),
            tuple(row.scopes),
            row.created_at,
            row.revoked_at,
        )
        for row in rows
    )


def bearer(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer …` header; None where there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class ApiKeys:
    """Authenticates callers. A key that was found valid counts as valid for two seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent = TtlCache[_Grant](_CACHED, _CACHED_FOR)

    async def authenticate(self, token: str | None, *scopes: str) -> Actor:
        """The actor behind `token`, if it may do what one of `scopes` names.

        Raises:
            Problem: 401 `unauthenticated`, 403 `forbidden`.
        """
        grant = await self._grant(token) if token else None
        if grant is None:
            raise Problem(
                401,
                "unauthenticated",
                "There is no API key with the request, or it is not valid.",
                remedy="Send a valid key in the header: Authorization: Bearer vahid_…",
                headers={WWW_AUTHENTICATE: "Bearer"},
            )
        if grant.scopes.isdisjoint(scopes):
            wanted = " or ".join(scopes)
            _log.info("api_key.forbidden", actor=grant.actor.id, scope=wanted)
            remedy = "Ask the centre for a key of that scope."
            raise Problem(403, "forbidden", f"This API key does not have the scope {wanted}.", remedy=remedy)
        return grant.actor

    async def may(self, token: str | None, scope: str) -> bool:
        """Whether the actor behind `token` may do what `scope` names; nobody may without a valid key."""
        grant = await self._grant(token) if token else None
        return grant is not None and scope in grant.scopes

    async def _grant(self, token: str) -> _Grant | None:
        known = _hash(token)  # the token itself is not kept in memory
        return self._recent.get(known) or await self._look_up(token, known)

    async def _look_up(self, token: str, known: str) -> _Grant | None:
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key_id.isalnum() or not key_id.isascii() or not secret:
            return None
        async with self._database.transaction() as connection:
            query = select(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
            row = (await connection.execute(query)).one_or_none()
        # An unknown id costs the same comparison as a known one.
        if not hmac.compare_digest(_hash(secret), row.secret_hash if row else _NO_HASH) or row is None:
            return None
        grant = _Grant(Actor(kind=row.actor_kind, id=row.actor_id), frozenset(row.scopes))
        self._recent.put(known, grant)
        return grant


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
