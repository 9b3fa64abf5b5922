"""What agencies were told, in the adapter's tables. Every function works in its caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agency_adapter.tables import messages


@dataclass(frozen=True)
class Noted:
    """A message as it was told, or was about to be: `outcome` is None until the agency has it.

    Business time: `sent_at` is the first try, `settled_at` when its outcome was known.
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


async def note(connection: AsyncConnection, noted: Noted) -> Noted:
    """Write down that an agency is about to be told something; what stands is returned."""
    row = {name: getattr(noted, name) for name in messages.c.keys()}  # noqa: SIM118
    await connection.execute(insert(messages).values(row).on_conflict_do_nothing())
    query = select(messages).where(messages.c.agency_id == noted.agency_id, messages.c.key == noted.key)
    return Noted(**(await connection.execute(query)).one()._mapping)


async def settle(connection: AsyncConnection, noted: Noted, outcome: str, settled_at: datetime) -> None:
    """Write down how the agency took it; the first outcome stays."""
    await connection.execute(
        update(messages)
        .where(
            messages.c.agency_id == noted.agency_id,
            messages.c.key == noted.key,
            messages.c.outcome.is_(None),
        )
        .values(outcome=outcome, settled_at=settled_at)
    )
