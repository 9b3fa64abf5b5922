"""The statements that the relay runs on the table of an outbox. Pure."""

import zlib
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, Update, bindparam, func, select, update


def next_rows(table: Table, shards: int, limit: int) -> Select[Any]:
    """The oldest rows of shard `wanted` that are not published, without those of keys in `held`."""
    return (
        select(table.c.id, table.c.topic, table.c.key, table.c.value, table.c.headers)
        .where(table.c.published_at.is_(None), table.c.shard % shards == bindparam("wanted"))
        .where(table.c.key != func.all(bindparam("held")))
        .order_by(table.c.id)
        .limit(limit)
    )


def mark_published(table: Table) -> Update:
    """Mark the rows whose ids are in `ids`."""
    return update(table).where(table.c.id == func.any(bindparam("ids"))).values(published_at=func.now())


def backlog(table: Table) -> Select[int, Any, datetime]:
    """How many rows are not published, when the oldest of them was written, and the time now."""
    return select(func.count(), func.min(table.c.created_at), func.now()).where(
        table.c.published_at.is_(None)
    )


def lock_number(table: Table) -> int:
    """The first half of a shard's advisory lock, 32 bits with a sign: all processes compute the same."""
    return zlib.crc32(f"outbox:{table.fullname}".encode()) - 2**31
