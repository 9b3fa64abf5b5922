"""Takes notifications that are due, with all that goes to the same official in one digest."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import NoticeChannel
from schemas.frozen import Sealed
from services.notifier.model import Notification
from services.notifier.notices import NOTICE
from services.notifier.tables import notifications, recipients

DIGEST_LINES = 200
"""The most deadlines in one digest."""

# Literals, not parameters: these let PostgreSQL see that a partial index serves and that one row will do.
# With parameters it plans each query anew, which takes ten times as long as running it.
_PLANNED, _SENDING = literal_column("'planned'", Text), literal_column("'sending'", Text)
_DEADLINE, _ONE = literal_column("'deadline'", Text), literal_column("1", Integer)


@dataclass(frozen=True)
class DueMessage:
    """A notification that is due: its row is locked. `attempts` counts the attempts before this one.

    `companions` are others to the same official that go in the same digest; `due_since` is real time.
    """

    notification: Notification
    sealed: Sealed | None
    attempts: int
    traceparent: str | None
    due_since: datetime
    companions: tuple[Notification, ...] = ()

    @property
    def all(self) -> tuple[Notification, ...]:
        """All notifications that go in this message."""
        return (self.notification, *self.companions)

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [notification.notification_id for notification in self.all]


async def is_due(connection: AsyncConnection, channel: NoticeChannel) -> bool:
    """Whether there is a notification to send now."""
    return (await connection.execute(_IS_DUE, {"wanted": channel})).first() is not None


async def next_due_in(connection: AsyncConnection, channel: NoticeChannel) -> float | None:
    """Real seconds until the next notification becomes due; None when there is none."""
    seconds = (await connection.execute(_NEXT, {"wanted": channel})).scalar()
    return None if seconds is None else float(seconds)


async def take(connection: AsyncConnection, channel: NoticeChannel) -> DueMessage | None:
    """Lock the notification that has waited longest, skipping locked ones; None when there is none."""
    row = (await connection.execute(_TAKE, {"wanted": channel})).first()
    if row is None:
        return None
    due = DueMessage(_notification(row), row.sealed, row.attempts, row.traceparent, row.next_attempt_at)
    return due if row.appeal_id is not None else await _with_companions(connection, due)


async def _with_companions(connection: AsyncConnection, due: DueMessage) -> DueMessage:
    """The message to an official with all others that are due to the same one."""
    values = {"official": due.notification.recipient, "other_than": due.notification.notification_id}
    rows = (await connection.execute(_COMPANIONS, values)).all()
    attempts = max((row.attempts for row in rows), default=0)
    return replace(
        due,
        companions=tuple(_notification(row) for row in rows),
        attempts=max(due.attempts, attempts),
    )


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        event_id=row.event_id,
        recipient=row.recipient,
        channel=row.channel,
        case_id=row.case_id,
        appeal_id=row.appeal_id,
        language=row.language,
        notice=NOTICE.validate_python(row.notice),
        subject=row.subject,
    )


def _due() -> ColumnElement[bool]:
    """To be sent now, while no message of an earlier event of the case is on its way to the recipient."""
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
    """Another deadline notice to the same official comes first: whoever locks that one takes all."""
    first = notifications.alias("first")
    return exists().where(
        first.c.recipient == notifications.c.recipient,
        first.c.channel == notifications.c.channel,
        _is_due_deadline(first),
        tuple_(first.c.planned_at, first.c.notification_id)
        < tuple_(notifications.c.planned_at, notifications.c.notification_id),
    )


def _is_due_deadline(of: FromClause) -> ColumnElement[bool]:
    """Of the rows to one official: those that may go in a digest now."""
    return and_(of.c.kind == _DEADLINE, of.c.state == _PLANNED, of.c.next_attempt_at <= func.now())


# Built once: each sender runs these several times a second.
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
        _is_due_deadline(notifications),
        notifications.c.notification_id != bindparam("other_than"),
    )
    .order_by(notifications.c.next_attempt_at)
    .limit(DIGEST_LINES - 1)
    .with_for_update(skip_locked=True)
)
