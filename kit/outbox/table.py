"""The table of an outbox, and writing to it."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    insert,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import metadata

VIRTUAL_SHARDS = 64
"""A row belongs to one of these by its key. Relays divide them, so the number of relays can change."""


@dataclass(frozen=True)
class OutboxMessage:
    """A message for Kafka. Messages of one `key` are published in the order they were enqueued in."""

    topic: str
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def outbox_table(schema: str, name: str = "outbox") -> Table:
    """The outbox `name` in the PostgreSQL schema `schema`. Rows are marked, never deleted."""
    return Table(
        name,
        metadata,
        Column("id", BigInteger, primary_key=True, autoincrement=True),
        Column("shard", SmallInteger, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("headers", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("published_at", DateTime(timezone=True)),
        Index(f"{schema}_{name}_pending", "id", postgresql_where=text("published_at IS NULL")),
        schema=schema,
    )


def shard_of(key: str) -> int:
    """The virtual shard of a key: stable for ever, as it is stored."""
    return zlib.crc32(key.encode()) % VIRTUAL_SHARDS


def encode_headers(headers: Sequence[tuple[str, bytes]]) -> list[list[str]]:
    """Headers as they are stored: names with base64 values."""
    return [[name, b64encode(value).decode()] for name, value in headers]


def decode_headers(stored: Sequence[Sequence[str]]) -> tuple[tuple[str, bytes], ...]:
    """Stored headers as a message carries them."""
    return tuple((name, b64decode(value)) for name, value in stored)


async def enqueue(connection: AsyncConnection, table: Table, messages: Sequence[OutboxMessage]) -> None:
    """Write `messages` in the caller's transaction: published if, and only if, it commits.

    Two transactions that write the same key at once are published in either order: a caller that needs an
    order serialises them (the ledger does, by its key).
    """
    if messages:
        await connection.execute(insert(table), outbox_rows(messages))


def outbox_rows(messages: Sequence[OutboxMessage]) -> list[dict[str, Any]]:
    """The rows of `messages`, for callers that write them with a statement of their own."""
    return [
        {
            "shard": shard_of(message.key),
            "topic": message.topic,
            "key": message.key,
            "value": message.value,
            "headers": encode_headers(message.headers),
        }
        for message in messages
    ]
