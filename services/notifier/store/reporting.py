"""Reports to the case, by the outbox, in the transaction that settled a message."""

from datetime import datetime

from sqlalchemy import Text, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import tracing
from kit.outbox.table import OutboxMessage, enqueue
from schemas.deadline_events import CASE_SUBJECT
from schemas.envelope import CloudEvent
from schemas.notice_outcomes import NOTICE_SETTLED, NoticeOutcome
from schemas.topics import NOTICE_OUTCOMES
from services.notifier.delivery import MessageState, report_of
from services.notifier.tables import notifications, outbox


async def report_event(connection: AsyncConnection, event_id: str, now: datetime) -> None:
    """Report to the case, once, when no message of the event reached an applicant, or one did after all.

    The lock makes transactions that settle messages of one event see each other.
    """
    await connection.execute(_LOCK, {"event": event_id})
    rows = (await connection.execute(_OF_EVENT, {"event": event_id})).all()
    report = report_of([MessageState(row.state, row.reason, row.reported) for row in rows])
    if report is None:
        return
    first = rows[0]
    outcome = NoticeOutcome(
        case_id=first.case_id,
        event_id=event_id,
        notice=first.kind,
        subject=first.subject or CASE_SUBJECT,
        delivery=report.delivery,
        reason=report.reason,
        settled_at=now,
    )
    await enqueue(connection, outbox, [message_of(outcome, first.traceparent)])
    await connection.execute(_MARK, {"event": event_id, "delivery": report.delivery})


def message_of(outcome: NoticeOutcome, traceparent: str | None) -> OutboxMessage:
    """The report as it is published; its id repeats with the event and what is reported."""
    event = CloudEvent[NoticeOutcome](
        id=f"{outcome.event_id}/{outcome.delivery}",
        source="urn:vahid:notifier",
        type=NOTICE_SETTLED,
        subject=outcome.case_id,
        time=outcome.settled_at,
        causationid=outcome.event_id,
        traceparent=tracing.child(traceparent),
        data=outcome,
    )
    return OutboxMessage(NOTICE_OUTCOMES, outcome.case_id, event.encode())


_EVENT = bindparam("event", type_=Text)
_TO_APPLICANTS = (notifications.c.event_id == _EVENT) & notifications.c.appeal_id.is_not(None)
_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(_EVENT, 0)))
_OF_EVENT = (
    select(
        notifications.c.case_id,
        notifications.c.kind,
        notifications.c.subject,
        notifications.c.state,
        notifications.c.reason,
        notifications.c.reported,
        notifications.c.traceparent,
    )
    .where(_TO_APPLICANTS)
    .order_by(notifications.c.recipient, notifications.c.channel)
)
_MARK = update(notifications).where(_TO_APPLICANTS).values(reported=bindparam("delivery", type_=Text))
