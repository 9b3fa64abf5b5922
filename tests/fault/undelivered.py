"""Reports to a case, by the notifier's outbox, that no message about its first event reached anybody."""

from sqlalchemy import func, select

from kit.database import Database
from kit.outbox.table import enqueue
from kit.settings import Settings
from schemas.deadline_events import CASE_SUBJECT
from schemas.notice_outcomes import NoticeOutcome
from services.notifier.store.reporting import message_of
from services.notifier.tables import notifications, outbox


async def report_undelivered(settings: Settings) -> bool:
    """Report on some receipt that was planned; False where there is none yet."""
    database = Database(settings.database_url, pool_size=2)
    receipt = select(notifications.c.case_id, notifications.c.event_id).where(
        notifications.c.kind == "receipt"
    )
    try:
        async with database.transaction() as connection:
            row = (await connection.execute(receipt.order_by(func.random()).limit(1))).first()
            if row is None:
                return False
            outcome = NoticeOutcome(
                case_id=row.case_id,
                event_id=row.event_id,
                notice="receipt",
                subject=CASE_SUBJECT,
                delivery="undelivered",
                reason="smtp_550",
                settled_at=settings.clock.now(),
            )
            await enqueue(connection, outbox, [message_of(outcome, None)])
    finally:
        await database.close()
    return True
