"""Plans the notifications of a case event; sending them is the senders' work."""

from collections.abc import Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from kit import tracing
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.failpoints import hit
from schemas.appeals import NoticeChannel
from schemas.case_events import RecordedEvent
from schemas.envelope import CloudEvent
from services.notifier import metrics, store
from services.notifier.message_composer import MessageComposer
from services.notifier.model import Notification
from services.notifier.officials import is_raised, plan_for_officials
from services.notifier.planning import appeals_in, is_told, plan

_log = structlog.get_logger()


class CaseEventHandler:
    """Enters who is to be told of an event, once however often it comes.

    `wake` is called with the channels by which something new is to be sent.
    """

    def __init__(
        self,
        database: Database,
        composer: MessageComposer,
        catalogue: Catalogue,
        clock: Clock,
        wake: Callable[[set[NoticeChannel]], None],
    ) -> None:
        self._database = database
        self._composer = composer
        self._catalogue = catalogue
        self._clock = clock
        self._wake = wake

    async def __call__(self, event: CloudEvent[RecordedEvent]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, its sealed content does not open, or it is the answer to a
                case of which no appeal is known here.
        """
        _check(event)
        payload = event.data.payload
        if not (is_told(payload) or is_raised(payload) or appeals_in(payload)):
            return
        # Each statement can be made again: what died between them comes again, with its message.
        async with self._database.statement() as connection:
            planned = await (self._plan_for_officials if is_raised(payload) else self._plan)(
                connection, event
            )
            traceparent = tracing.current() or event.traceparent
            new = await store.add_notifications(connection, planned, traceparent, self._clock)
        hit("notifier.after_plan")
        self._tell(new)

    async def _plan(
        self, connection: AsyncConnection, event: CloudEvent[RecordedEvent]
    ) -> tuple[Notification, ...]:
        recorded = event.data
        for appeal in appeals_in(recorded.payload):
            recipient = await self._composer.recipient(connection, appeal, recorded.seq, recorded.case_id)
            await store.add_recipient(connection, recipient)
        known = await store.recipients_of(connection, recorded.case_id)
        if not known:
            raise PermanentError(
                "recipients_unknown",
                f"Message {event.id} answers case {recorded.case_id}, of which no appeal is known here.",
                remedy="Redrive the messages of its appeals, then this one.",
            )
        return plan(self._catalogue, event.id, recorded.seq, recorded.payload, known, recorded.recorded_at)

    async def _plan_for_officials(
        self, connection: AsyncConnection, event: CloudEvent[RecordedEvent]
    ) -> tuple[Notification, ...]:
        recorded = event.data
        known = await store.recipients_of(connection, recorded.case_id)
        return plan_for_officials(
            self._catalogue, event.id, recorded.case_id, recorded.payload, known, recorded.recorded_at
        )

    def _tell(self, new: tuple[Notification, ...]) -> None:
        for one in new:
            if one.state == "skipped":
                metrics.NOTIFICATIONS.labels(one.channel, one.message.kind, "skipped").inc()
        if new:
            _log.info(
                "notifications.planned", count=len(new), skipped=[one.reason for one in new if one.reason]
            )
            self._wake({one.channel for one in new if one.state == "planned"})


def _check(event: CloudEvent[RecordedEvent]) -> None:
    if event.subject != event.data.case_id:
        raise PermanentError(
            "subject_mismatch",
            f"The subject of message {event.id} is not the case of its content, {event.data.case_id}.",
            remedy="Have the sender publish it again with the case as subject.",
        )
    if event.type != event.data.payload.type:
        raise PermanentError(
            "wrong_type",
            f"Message {event.id} is of type {event.type}, its content {event.data.payload.type}.",
        )
