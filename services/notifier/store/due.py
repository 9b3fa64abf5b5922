"""Recipients and notifications in PostgreSQL. Every function works in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Interval,
    Row,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import Clock
from schemas.appeals import NoticeChannel
from schemas.frozen import CaseId, Sealed
from services.notifier.model import CHANNELS, MESSAGE, Notification, Recipient
from services.notifier.outcomes import Settlement
from services.notifier.tables import notifications, recipients

DIGEST_LINES = 200
"""At most so many deadlines go in one letter to an official."""

# Written into the statements: given as parameters they hide from PostgreSQL that an index on what is planned
# serves, and that one row will do, so that it plans each look anew, which takes ten times as long as looking.
_PLANNED, _SENDING = literal_column("'planned'", Text), literal_column("'sending'", Text)
_DEADLINE, _ONE = literal_column("'deadline'", Text), literal_column("1", Integer)

UNKNOWN = "sender_died"
"""Why a message is looked at again whose sender never said what became of it."""


@dataclass(frozen=True)
class Due:
    """A notification whose turn it is: its row is locked. `attempts` counts the tries before this one.

    `companions` are others to the same official that go in the same letter; `due_since` is real time.
    """

    notification: Notification
    sealed: Sealed | None
    attempts: int
    traceparent: str | None
    due_since: datetime
    companions: tuple[Notification, ...] = ()

    @property
    def all(self) -> tuple[Notification, ...]:
        """All notifications that go in this letter."""
        return (self.notification, *self.companions)

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [one.notification_id for one in self.all]


@dataclass(frozen=True)
class Backlog:
    """What waits on a channel: parked messages, and the age in seconds of the oldest one still to be sent."""

    parked: int
    oldest_planned_age: float


async def add_recipient(connection: AsyncConnection, recipient: Recipient) -> None:
    """Enter a recipient, once."""
    await connection.execute(_RECIPIENT, asdict(recipient))


async def recipients_of(connection: AsyncConnection, case_id: CaseId) -> tuple[Recipient, ...]:
    """The recipients of a case, in the order in which their appeals came."""
    rows = (await connection.execute(_RECIPIENTS, {"wanted": case_id})).mappings()
    return tuple(Recipient(**{**row, "notice_channels": tuple(row["notice_channels"])}) for row in rows)


async def add_notifications(
    connection: AsyncConnection, planned: Sequence[Notification], traceparent: str | None, clock: Clock
) -> tuple[Notification, ...]:
    """Enter notifications, each once; returns those that are new."""
    if not planned:
        return ()
    now = clock.now()
    rows = [{**_columns(one, clock), "traceparent": traceparent, "at": now} for one in planned]
    entered = await connection.execute(_ENTER, rows)
    new = set(entered.scalars())
    return tuple(one for one in planned if one.notification_id in new)


async def is_due(connection: AsyncConnection, channel: NoticeChannel) -> bool:
    """Whether there is a notification to send now."""
    return (await connection.execute(_IS_DUE, {"wanted": channel})).first() is not None


async def next_due_in(connection: AsyncConnection, channel: NoticeChannel) -> float | None:
    """The seconds until the next notification that waits for its time is due; None when there is none."""
    seconds = (await connection.execute(_NEXT, {"wanted": channel})).scalar()
    return None if seconds is None else float(seconds)


async def take(connection: AsyncConnection, channel: NoticeChannel) -> Due | None:
    """Lock the notification that has waited longest, past those that others hold; None when there is none."""
    row = (await connection.execute(_TAKE, {"wanted": channel})).first()
    if row is None:
        return None
    due = Due(_notification(row), row.sealed, row.attempts, row.traceparent, row.next_attempt_at)
    return due if row.appeal_id is not None else await _with_companions(connection, due)


async def _with_companions(connection: AsyncConnection, due: Due) -> Due:
    """The letter to an official with all that is due to the same one: what came in the night is one."""
    values = {"official": due.notification.recipient, "but": due.notification.notification_id}
    rows = (await connection.execute(_COMPANIONS, values)).all()
    attempts = max((row.attempts for row in rows), default=0)
    return replace(
        due,
        companions=tuple(_notification(row) for row in rows),
        attempts=max(due.attempts, attempts),
    )


async def postpone(connection: AsyncConnection, due: Due, until: datetime) -> None:
    """Leave a letter for later, at the real instant `until`."""
    await connection.execute(_POSTPONE, {"ids": due.ids, "until": until})


async def mark_sending(connection: AsyncConnection, due: Due, lease: timedelta, now: datetime) -> None:
    """From the commit on, the provider may have the message; `lease` later somebody else looks at it."""
    values = {"ids": due.ids, "tries": due.attempts + 1, "lease": lease, "now": now}
    await connection.execute(_MARK_SENDING, values)


async def settle(
    connection: AsyncConnection, due: Due, settlement: Settlement, now: datetime, *, tried: bool = True
) -> bool:
    """Write down what became of a notification; False when another try has overtaken this one."""
    values = {
        "ids": due.ids,
        "tries": due.attempts + 1 if tried else None,
        "becomes": settlement.state,
        "why": settlement.reason,
        "provider": settlement.provider_id,
        "wait": settlement.retry_in or timedelta(0),
        "now": now,
    }
    settled = await connection.execute(_SETTLE, values)
    return settled.rowcount == len(due.ids)


async def recover(
    connection: AsyncConnection, channel: NoticeChannel, now: datetime, *, repeatable: bool
) -> tuple[str, ...]:
    """Deal with messages whose sender died: to be sent again where that is safe, else parked.

    Returns the kind of each.
    """
    stale = and_(
        notifications.c.channel == channel,
        notifications.c.state == "sending",
        notifications.c.lease_until < func.now(),
    )
    rows = await connection.execute(
        update(notifications)
        .where(stale)
        .values(
            state="planned" if repeatable else "parked",
            reason=UNKNOWN,
            lease_until=None,
            next_attempt_at=func.now(),
            at=now,
        )
        .returning(notifications.c.kind)
    )
    return tuple(row.kind for row in rows)


async def backlog(connection: AsyncConnection) -> dict[NoticeChannel, Backlog]:
    """What waits on each channel."""
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


def _due() -> ColumnElement[bool]:
    """To be sent now, and no message of an earlier event of the case is still on its way to the recipient."""
    earlier = notifications.alias("earlier")
    before = exists().where(
        earlier.c.case_id == notifications.c.case_id,
        earlier.c.recipient == notifications.c.recipient,
        earlier.c.channel == notifications.c.channel,
        earlier.c.planned_at < notifications.c.planned_at,
        earlier.c.state.in_((_PLANNED, _SENDING)),
    )
    return and_(
        notifications.c.channel == bindparam("wanted"),
        notifications.c.state == _PLANNED,
        notifications.c.next_attempt_at <= func.now(),
        not_(before),
        or_(notifications.c.kind != _DEADLINE, not_(_is_companion())),
    )


def _is_companion() -> ColumnElement[bool]:
    """Another deadline is due to the same official that is first in the letter: whoever locks that one, and
    nobody else, takes all.
    """
    first = notifications.alias("first")
    return exists().where(
        first.c.recipient == notifications.c.recipient,
        first.c.channel == notifications.c.channel,
        _is_deadline_due(first),
        tuple_(first.c.planned_at, first.c.notification_id)
        < tuple_(notifications.c.planned_at, notifications.c.notification_id),
    )


def _is_deadline_due(of: FromClause) -> ColumnElement[bool]:
    """Of rows that go to one official: those that may stand in a letter now."""
    return and_(of.c.kind == _DEADLINE, of.c.state == _PLANNED, of.c.next_attempt_at <= func.now())


def _columns(one: Notification, clock: Clock) -> dict[str, Any]:
    not_before = None if one.not_before is None else clock.real(one.not_before)
    return {
        "not_before": not_before,
        "opens_at": not_before,
        "event_id": one.event_id,
        "recipient": one.recipient,
        "channel": one.channel,
        "notification_id": one.notification_id,
        "case_id": one.case_id,
        "appeal_id": one.appeal_id,
        "kind": one.message.kind,
        "language": one.language,
        "notice": one.message.model_dump(mode="json", exclude_none=True),
        "state": one.state,
        "reason": one.reason,
    }


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        event_id=row.event_id,
        recipient=row.recipient,
        channel=row.channel,
        case_id=row.case_id,
        appeal_id=row.appeal_id,
        language=row.language,
        message=MESSAGE.validate_python(row.notice),
    )


# Built once: a sender asks several times a second, and entering is what the notifier does most.
_RECIPIENT = insert(recipients).on_conflict_do_nothing()
_RECIPIENTS = select(recipients).where(recipients.c.case_id == bindparam("wanted")).order_by(recipients.c.seq)
_ENTER = (
    insert(notifications)
    .values(next_attempt_at=func.coalesce(bindparam("opens_at", type_=DateTime(timezone=True)), func.now()))
    .on_conflict_do_nothing()
    .returning(notifications.c.notification_id)
)
_IS_DUE = select(notifications.c.notification_id).where(_due()).limit(_ONE)
_NEXT = select(func.extract("epoch", func.min(notifications.c.next_attempt_at) - func.now())).where(
    notifications.c.channel == bindparam("wanted"),
    notifications.c.state == _PLANNED,
    notifications.c.next_attempt_at > func.now(),
)
_TAKE = (
    select(notifications, recipients.c.sealed)
    .outerjoin(
        recipients,
        and_(
            recipients.c.case_id == notifications.c.case_id,
            recipients.c.appeal_id == notifications.c.appeal_id,
        ),
    )
    .where(_due())
    .order_by(notifications.c.next_attempt_at)
    .limit(_ONE)
    .with_for_update(of=notifications, skip_locked=True)
)
_COMPANIONS = (
    select(notifications)
    .where(
        notifications.c.recipient == bindparam("official"),
        _is_deadline_due(notifications),
        notifications.c.notification_id != bindparam("but"),
    )
    .order_by(notifications.c.next_attempt_at)
    .limit(DIGEST_LINES - 1)
    .with_for_update(skip_locked=True)
)
_OF_DIGEST = update(notifications).where(
    notifications.c.notification_id == any_(bindparam("ids", type_=ARRAY(Text)))
)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_TRIES = bindparam("tries", type_=Integer)
_POSTPONE = _OF_DIGEST.values(next_attempt_at=_UNTIL, not_before=_UNTIL)
_MARK_SENDING = _OF_DIGEST.values(
    state="sending", attempts=_TRIES, lease_until=func.now() + bindparam("lease", type_=Interval), at=_NOW
)
_SETTLE = _OF_DIGEST.where(
    or_(_TRIES.is_(None), notifications.c.attempts == _TRIES), notifications.c.state != "sent"
).values(
    state=bindparam("becomes"),
    reason=bindparam("why"),
    provider_id=bindparam("provider"),
    next_attempt_at=func.now() + bindparam("wait", type_=Interval),
    lease_until=None,
    at=_NOW,
)
