"""The states of a message that was taken: postponed, sending, settled, recovered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, DateTime, Integer, Interval, Text, and_, any_, bindparam, func, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import NoticeChannel
from services.notifier.outcomes import Settlement
from services.notifier.store.due import DueMessage
from services.notifier.tables import notifications

SENDER_DIED = "sender_died"
"""The reason of a message whose sender recorded no outcome."""


async def postpone(connection: AsyncConnection, due: DueMessage, until: datetime) -> None:
    """Postpone a message until the real instant `until`."""
    await connection.execute(_POSTPONE, {"ids": due.ids, "until": until})


async def mark_sending(connection: AsyncConnection, due: DueMessage, lease: timedelta, now: datetime) -> None:
    """From the commit on, the provider may have the message. After `lease`, it is recovered."""
    values = {"ids": due.ids, "tries": due.attempts + 1, "lease": lease, "now": now}
    await connection.execute(_MARK_SENDING, values)


async def settle(
    connection: AsyncConnection,
    due: DueMessage,
    settlement: Settlement,
    now: datetime,
    *,
    attempted: bool = True,
    unreported: bool = False,
) -> bool:
    """Record the settlement of a message; False when another attempt has overtaken this one.

    With `unreported` also when the case was told that nobody could be reached.
    """
    values = {
        "ids": due.ids,
        "tries": due.attempts + 1 if attempted else None,
        "becomes": settlement.state,
        "why": settlement.reason,
        "provider": settlement.provider_id,
        "wait": settlement.retry_in or timedelta(0),
        "now": now,
    }
    settled = await connection.execute(_SETTLE_UNREPORTED if unreported else _SETTLE, values)
    return settled.rowcount == len(due.ids)


@dataclass(frozen=True)
class Recovered:
    """A message whose sender died; `to_applicant`: of those, the case may have to be told."""

    event_id: str
    kind: str
    to_applicant: bool


async def recover(
    connection: AsyncConnection, channel: NoticeChannel, now: datetime, *, idempotent: bool
) -> tuple[Recovered, ...]:
    """Recover messages whose sender died: plan them again where that is safe, else park them."""
    stale = and_(
        notifications.c.channel == channel,
        notifications.c.state == "sending",
        notifications.c.lease_until < func.now(),
    )
    rows = await connection.execute(
        update(notifications)
        .where(stale)
        .values(
            state="planned" if idempotent else "parked",
            reason=SENDER_DIED,
            lease_until=None,
            next_attempt_at=func.now(),
            at=now,
        )
        .returning(notifications.c.event_id, notifications.c.kind, notifications.c.appeal_id)
    )
    return tuple(Recovered(row.event_id, row.kind, row.appeal_id is not None) for row in rows)


# Built once: they run for every message.
_OF_MESSAGE = update(notifications).where(
    notifications.c.notification_id == any_(bindparam("ids", type_=ARRAY(Text)))
)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_TRIES = bindparam("tries", type_=Integer)
_POSTPONE = _OF_MESSAGE.values(next_attempt_at=_UNTIL, not_before=_UNTIL)
_MARK_SENDING = _OF_MESSAGE.values(
    state="sending", attempts=_TRIES, lease_until=func.now() + bindparam("lease", type_=Interval), at=_NOW
)
_SETTLE = _OF_MESSAGE.where(
    or_(_TRIES.is_(None), notifications.c.attempts == _TRIES), notifications.c.state != "sent"
).values(
    state=bindparam("becomes"),
    reason=bindparam("why"),
    provider_id=bindparam("provider"),
    next_attempt_at=func.now() + bindparam("wait", type_=Interval),
    lease_until=None,
    at=_NOW,
)
_SETTLE_UNREPORTED = _SETTLE.where(notifications.c.reported.is_(None))
