"""Plans the notifications of a case event. The senders send them."""

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from kit import tracing
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.failpoints import hit
from ledger.appeal_contents import brought_by
from schemas.appeals import NoticeChannel
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseOpened
from schemas.envelope import CloudEvent
from schemas.hand_over_events import TracksTakenOver
from services.notifier import metrics
from services.notifier.message_composer import MessageComposer
from services.notifier.model import Notification, Recipient
from services.notifier.officials import notifies_officials, plan_for_officials
from services.notifier.planning import (
    notifies_applicants,
    plan_for_applicants,
    unconfirmed_contacts,
)
from services.notifier.recorded_events import joined_by_contact, require_recorded
from services.notifier.store import planning as planning_store
from services.notifier.store import reporting

_log = structlog.get_logger()


class CaseEventHandler:
    """Enters the notifications of an event, once however often it comes.

    `wake` is called with the channels that have something new to send.
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
            PermanentError: the message contradicts itself or the ledger, its sealed content does not open, or
                no appeal of its case is known here.
        """
        _check(event)
        payload = event.data.payload
        to_officials = notifies_officials(payload)
        to_applicants = notifies_applicants(payload) or bool(brought_by(payload))
        if not (to_officials or to_applicants):
            return
        # Each statement can be repeated: after a death between them, the message comes again.
        async with self._database.statement() as connection:
            await require_recorded(connection, event.data)
            planned: tuple[Notification, ...] = ()
            if to_officials:
                planned += await self._plan_for_officials(connection, event)
            if to_applicants:
                planned += await self._plan_for_applicants(connection, event)
            traceparent = tracing.current() or event.traceparent
            if not _reaches_nobody(planned):
                new = await planning_store.add_notifications(connection, planned, traceparent, self._clock)
        if _reaches_nobody(planned):
            new = await self._add_and_report(event.id, planned, traceparent)
        hit("notifier.after_plan")
        self._report(new)

    async def _add_and_report(
        self, event_id: str, planned: tuple[Notification, ...], traceparent: str | None
    ) -> tuple[Notification, ...]:
        """Enter what goes to no applicant, and report that to the case in the same transaction."""
        async with self._database.transaction() as connection:
            new = await planning_store.add_notifications(connection, planned, traceparent, self._clock)
            if new:
                await reporting.report_event(connection, event_id, self._clock.now())
        return new

    async def _plan_for_applicants(
        self, connection: AsyncConnection, event: CloudEvent[RecordedEvent]
    ) -> tuple[Notification, ...]:
        recorded = event.data
        for appeal in brought_by(recorded.payload):
            recipient = await self._composer.recipient_of(connection, appeal, recorded.seq, recorded.case_id)
            unconfirmed = await self._unconfirmed(connection, recorded, recipient)
            await planning_store.add_recipient(connection, replace(recipient, unconfirmed=unconfirmed))
        recipients = await planning_store.recipients_of(connection, recorded.case_id)
        if not recipients:
            raise PermanentError(
                "recipients_unknown",
                f"Message {event.id} answers case {recorded.case_id}, and no appeal of it is known here.",
                remedy="Redrive the messages of its appeals, then this one.",
            )
        return plan_for_applicants(
            self._catalogue, event.id, recorded.seq, recorded.payload, recipients, recorded.recorded_at
        )

    async def _unconfirmed(
        self, connection: AsyncConnection, recorded: RecordedEvent, recipient: Recipient
    ) -> tuple[NoticeChannel, ...]:
        """The channels whose contact nothing confirms; a hand-over keeps what was unconfirmed before."""
        payload = recorded.payload
        if isinstance(payload, CaseOpened):
            return ()
        known_in = payload.from_case if isinstance(payload, TracksTakenOver) else recorded.case_id
        known = await planning_store.recipients_of(connection, known_in)
        if isinstance(payload, TracksTakenOver):
            same = next((each for each in known if each.appeal_id == recipient.appeal_id), None)
            if same is not None:
                return same.unconfirmed
            # The event that brought it there is on another partition, and not handled yet.
            by_contact = await joined_by_contact(connection, known_in, recipient.appeal_id)
            return tuple(recipient.contacts) if by_contact else ()
        earlier = [each for each in known if each.seq < recorded.seq]
        return unconfirmed_contacts(payload, recipient.contacts, earlier)

    async def _plan_for_officials(
        self, connection: AsyncConnection, event: CloudEvent[RecordedEvent]
    ) -> tuple[Notification, ...]:
        recorded = event.data
        recipients = await planning_store.recipients_of(connection, recorded.case_id)
        return plan_for_officials(
            self._catalogue, event.id, recorded.case_id, recorded.payload, recipients, recorded.recorded_at
        )

    def _report(self, new: tuple[Notification, ...]) -> None:
        for notification in new:
            if notification.state == "skipped":
                metrics.NOTIFICATIONS.labels(notification.channel, notification.notice.kind, "skipped").inc()
        if new:
            reasons = [notification.reason for notification in new if notification.reason]
            _log.info("notifications.planned", count=len(new), skipped=reasons)
            self._wake({notification.channel for notification in new if notification.state == "planned"})


def _reaches_nobody(planned: tuple[Notification, ...]) -> bool:
    """Whether there are notices to applicants, and all of them are skipped."""
    states = {notification.state for notification in planned if notification.appeal_id is not None}
    return states == {"skipped"}


def _check(event: CloudEvent[RecordedEvent]) -> None:
    if event.subject != event.data.case_id:
        raise PermanentError(
            "subject_mismatch",
            f"The subject of message {event.id} is not the case of its content, {event.data.case_id}.",
            remedy="Publish it again with the case as subject.",
        )
    if event.type != event.data.payload.type:
        raise PermanentError(
            "wrong_type",
            f"Message {event.id} is of type {event.type}, its content {event.data.payload.type}.",
        )
