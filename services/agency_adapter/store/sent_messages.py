"""Messages about assignments as they were sent to agencies."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agency_adapter.tables import messages


@dataclass(frozen=True)
class SentMessage:
    """A message that was sent, or is about to be: `outcome` is None until it is known.

    Business time: `sent_at` is the first attempt, `settled_at` when its outcome was known.
    """

    agency_id: str
    key: str
    case_id: str
    kind: str
    step: str
    attempt: int
    sent_at: datetime
    outcome: str | None = None
    settled_at: datetime | None = None


async def begin(connection: AsyncConnection, message: SentMessage) -> SentMessage:
    """Record that a message is about to be sent; returns the stored row."""
    row = {name: getattr(message, name) for name in messages.c.keys()}  # noqa: SIM118
    await connection.execute(insert(messages).values(row).on_conflict_do_nothing())
    query = select(messages).where(messages.c.agency_id == message.agency_id, messages.c.key == message.key)
    return SentMessage(**(await connection.execute(query)).one()._mapping)


async def settle(
    connection: AsyncConnection, message: SentMessage, outcome: str, settled_at: datetime
) -> None:
    """Record how the agency took a message; the first outcome stays."""
    await connection.execute(
        update(messages)
        .where(
            messages.c.agency_id == message.agency_id,
            messages.c.key == message.key,
            messages.c.outcome.is_(None),
        )
        .values(outcome=outcome, settled_at=settled_at)
    )
