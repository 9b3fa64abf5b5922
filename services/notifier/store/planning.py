"""Recipients and planned notifications, each entered once."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import DateTime, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import Clock
from schemas.frozen import CaseId
from services.notifier.model import Notification, Recipient
from services.notifier.tables import notifications, recipients


async def add_recipient(connection: AsyncConnection, recipient: Recipient) -> None:
    """Enter a recipient, once."""
    await connection.execute(_ADD_RECIPIENT, asdict(recipient))


async def recipients_of(connection: AsyncConnection, case_id: CaseId) -> tuple[Recipient, ...]:
    """The recipients of a case, in the order in which their appeals came."""
    rows = (await connection.execute(_RECIPIENTS, {"wanted": case_id})).mappings()
    return tuple(
        Recipient(
            **{
                **row,
                "notice_channels": tuple(row["notice_channels"]),
                "unconfirmed": tuple(row["unconfirmed"]),
            }
        )
        for row in rows
    )


async def add_notifications(
    connection: AsyncConnection, planned: Sequence[Notification], traceparent: str | None, clock: Clock
) -> tuple[Notification, ...]:
    """Enter notifications, each once; returns those that are new."""
    if not planned:
        return ()
    now = clock.now()
    rows = [{**_row(each, clock), "traceparent": traceparent, "at": now} for each in planned]
    new = set((await connection.execute(_ADD_NOTIFICATIONS, rows)).scalars())
    return tuple(each for each in planned if each.notification_id in new)


def _row(notification: Notification, clock: Clock) -> dict[str, Any]:
    not_before = None if notification.not_before is None else clock.real(notification.not_before)
    return {
        "not_before": not_before,
        "first_attempt_at": not_before,
        "event_id": notification.event_id,
        "recipient": notification.recipient,
        "channel": notification.channel,
        "notification_id": notification.notification_id,
        "case_id": notification.case_id,
        "appeal_id": notification.appeal_id,
        "kind": notification.notice.kind,
        "language": notification.language,
        "notice": notification.notice.model_dump(mode="json", exclude_none=True),
        "state": notification.state,
        "reason": notification.reason,
        "subject": notification.subject,
    }


# Built once: entering is what the notifier does most.
_ADD_RECIPIENT = insert(recipients).on_conflict_do_nothing()
_RECIPIENTS = select(recipients).where(recipients.c.case_id == bindparam("wanted")).order_by(recipients.c.seq)
_ADD_NOTIFICATIONS = (
    insert(notifications)
    .values(
        next_attempt_at=func.coalesce(
            bindparam("first_attempt_at", type_=DateTime(timezone=True)), func.now()
        )
    )
    .on_conflict_do_nothing()
    .returning(notifications.c.notification_id)
)
