"""How much waits on each channel."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import NoticeChannel
from services.notifier.model import CHANNELS
from services.notifier.tables import notifications


@dataclass(frozen=True)
class Backlog:
    """The backlog of a channel: parked messages, and the age in real seconds of the oldest planned one."""

    parked: int
    oldest_planned_age: float


async def read_backlogs(connection: AsyncConnection) -> dict[NoticeChannel, Backlog]:
    """The backlog of every channel."""
    parked = func.count().filter(notifications.c.state == "parked")
    since = func.coalesce(notifications.c.not_before, notifications.c.planned_at)
    oldest = func.min(since).filter(notifications.c.state.in_(("planned", "sending")))
    age = func.greatest(func.coalesce(func.extract("epoch", func.now() - oldest), 0), 0)
    rows = await connection.execute(
        select(notifications.c.channel, parked.label("parked"), age.label("age"))
        .where(notifications.c.state.in_(("planned", "sending", "parked")))
        .group_by(notifications.c.channel)
    )
    found = {row.channel: Backlog(row.parked, float(row.age)) for row in rows}
    return {channel: found.get(channel, Backlog(0, 0.0)) for channel in CHANNELS}
