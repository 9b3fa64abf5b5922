"""How far each agency's changes were read, and when it was last polled (business time)."""

from datetime import datetime

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agency_adapter.tables import poll_watermarks


async def lock(connection: AsyncConnection, agency_id: str) -> bool:
    """Whether this transaction, and no other process, polls the agency now."""
    return bool((await connection.execute(_LOCK, {"name": f"adapter.poll/{agency_id}"})).scalar_one())


async def read(connection: AsyncConnection, agency_id: str) -> tuple[str | None, datetime | None]:
    """The agency's cursor, and when it was last polled; (None, None) before the first poll."""
    row = (await connection.execute(_READ, {"wanted_agency": agency_id})).one_or_none()
    return (row.cursor, row.polled_at) if row is not None else (None, None)


async def write(connection: AsyncConnection, agency_id: str, cursor: str | None, polled_at: datetime) -> None:
    """Record how far the agency's changes were read at `polled_at`."""
    row = {"agency_id": agency_id, "cursor": cursor, "polled_at": polled_at}
    await connection.execute(_WRITE, row)


_LOCK = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=Text), 0)))
_READ = select(poll_watermarks.c.cursor, poll_watermarks.c.polled_at).where(
    poll_watermarks.c.agency_id == bindparam("wanted_agency")
)
_NEW = insert(poll_watermarks)
_WRITE = _NEW.on_conflict_do_update(
    index_elements=[poll_watermarks.c.agency_id],
    set_={"cursor": _NEW.excluded.cursor, "polled_at": _NEW.excluded.polled_at},
)
