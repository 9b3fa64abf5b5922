"""Sends due notifications on one channel: take, mark, send, settle; one message at a time per sender."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import Clock
from kit.database import Database
from kit.errors import TransientError
from kit.failpoints import hit
from kit.tracing import span
from kit.transient import is_transient
from services.notifier import metrics
from services.notifier.contact_hours import ContactHours
from services.notifier.gateways.gateway import Gateway
from services.notifier.message_composer import MessageComposer, NotComposed, OutgoingMessage
from services.notifier.outcomes import NotSent, SendOutcome, Settlement, Unknown, retry_after, settlement_of
from services.notifier.store import due as due_store
from services.notifier.store import reporting, settling
from services.notifier.store.due import DueMessage
from services.notifier.wake_signal import WakeSignal

IDLE_SECONDS = 1.0
"""How often an idle sender checks for what other processes planned. What becomes due earlier wakes it."""

_log = structlog.get_logger()


class ChannelSender:
    """Empties one channel through one gateway, in the order in which messages became due.

    A message is marked `sending`, and that committed, before the provider gets it, and only once the provider
    can be reached. So a message that is still marked after a crash may have been sent.
    """

    def __init__(
        self,
        gateway: Gateway,
        database: Database,
        composer: MessageComposer,
        hours: ContactHours,
        clock: Clock,
        lease: timedelta,
        wake: WakeSignal,
    ) -> None:
        self._gateway = gateway
        self._database = database
        self._composer = composer
        self._hours = hours
        self._clock = clock
        self._lease = lease
        self._wake = wake
        self._busy = False
        self._idle = IDLE_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; the message under way is finished first."""
        failures = 0
        try:
            while not stop.is_set():
                try:
                    if not await self.send_next():
                        await self._wake.wait(self._idle)
                    failures = 0
                except Exception as error:
                    if not is_transient(error):
                        raise
                    failures += 1
                    await self._back_off(error, failures, stop)
        finally:
            await self._gateway.close()

    async def send_next(self) -> bool:
        """Send the message that became due first; False when there is none."""
        busy, self._busy = self._busy, False
        if not busy and not await self._is_due():
            return False
        await self._gateway.ready()
        taken = await self._take()
        self._busy = taken is not None
        if taken is None:
            return False
        self._wake.set()
        due, message = taken
        if message is not None:
            await self._send(due, message)
        return True

    async def _is_due(self) -> bool:
        """Whether there is something to send. Without it, the provider is not contacted."""
        async with self._database.statement() as connection:
            is_due = await due_store.is_due(connection, self._gateway.channel)
            if not is_due:
                await self._plan_idling(connection)
        return is_due

    async def _plan_idling(self, connection: AsyncConnection) -> None:
        """Idle no longer than until the next message becomes due."""
        ahead = await due_store.next_due_in(connection, self._gateway.channel)
        self._idle = IDLE_SECONDS if ahead is None else min(ahead, IDLE_SECONDS)

    async def _take(self) -> tuple[DueMessage, OutgoingMessage | None] | None:
        """Take a message and mark it, in one transaction. Without a message to send, settle it at once."""
        async with self._database.transaction() as connection:
            due = await due_store.take(connection, self._gateway.channel)
            if due is None:
                await self._plan_idling(connection)
                return None
            if (opens := self._hours.closed_until(due)) is not None:
                await settling.postpone(connection, due, opens)
                return due, None
            composed = await self._compose(connection, due)
            if isinstance(composed, OutgoingMessage):
                await settling.mark_sending(connection, due, self._lease, self._clock.now())
                return due, composed
            settlement = Settlement(composed.state, composed.reason)
            await settling.settle(connection, due, settlement, self._clock.now(), attempted=False)
            await self._report_to_case(connection, due)
        self._report(due, settlement)
        return due, None

    async def _compose(self, connection: AsyncConnection, due: DueMessage) -> OutgoingMessage | NotComposed:
        """The message. One that fails unexpectedly fails alone, and lets others pass."""
        try:
            if due.sealed is None:
                return self._composer.compose_digest(due.all)
            return await self._composer.compose(connection, due.notification, due.sealed)
        except Exception as error:
            if is_transient(error):
                raise
            _log.exception("notification.not_composed", notification_id=due.notification.notification_id)
            return NotComposed("failed", "unexpected")

    async def _send(self, due: DueMessage, message: OutgoingMessage) -> None:
        notification = due.notification
        bound = structlog.contextvars.bound_contextvars(
            case_id=notification.case_id,
            notification_id=notification.notification_id,
            channel=notification.channel,
        )
        with bound, span("send_notification", due.traceparent):
            outcome = await self._outcome_of(message)
            hit(f"notifier.{self._gateway.channel}.after_send")
            settlement = settlement_of(outcome, due.attempts + 1, idempotent=self._gateway.idempotent)
            await self._settle(due, self._hours.within_hours(due, settlement))

    async def _outcome_of(self, message: OutgoingMessage) -> SendOutcome:
        try:
            hit(f"notifier.{self._gateway.channel}.before_send")
        except TransientError:
            return NotSent("failpoint")
        try:
            return await self._gateway.send(message)
        except Exception:  # noqa: BLE001 - whatever it was, the provider may have the message
            _log.exception("notification.send_failed")
            return Unknown("unexpected")

    async def _settle(self, due: DueMessage, settlement: Settlement) -> None:
        """Record the settlement, retrying as often as it takes: only this process knows it."""
        for attempt in range(1, 1_000_000):
            try:
                settled = await self._record(due, settlement)
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("notification.not_settled", attempt=attempt, error=type(error).__name__)
                await asyncio.sleep(min(retry_after(attempt).total_seconds(), 5.0))
        if settled:
            self._report(due, settlement)
        else:
            _log.warning("notification.overtaken", state=settlement.state)

    async def _record(self, due: DueMessage, settlement: Settlement) -> bool:
        """Record the settlement, with the report to the case where one may follow from it."""
        now = self._clock.now()
        if settlement.state in ("sent", "planned"):
            async with self._database.statement() as connection:
                if await settling.settle(connection, due, settlement, now, unreported=True):
                    return True
        async with self._database.transaction() as connection:
            settled = await settling.settle(connection, due, settlement, now)
            if settled:
                await self._report_to_case(connection, due)
        return settled

    async def _report_to_case(self, connection: AsyncConnection, due: DueMessage) -> None:
        if due.notification.appeal_id is not None:
            await reporting.report_event(connection, due.notification.event_id, self._clock.now())

    def _report(self, due: DueMessage, settlement: Settlement) -> None:
        channel, kind = due.notification.channel, due.notification.notice.kind
        metrics.NOTIFICATIONS.labels(channel, kind, settlement.outcome).inc(len(due.ids))
        log = _log.info if settlement.state in ("sent", "skipped") else _log.warning
        log(
            "notification.settled",
            outcome=settlement.outcome,
            kind=kind,
            count=len(due.ids),
            reason=settlement.reason,
        )

    async def _back_off(self, error: Exception, failures: int, stop: asyncio.Event) -> None:
        wait = min(retry_after(failures).total_seconds(), 10.0)
        metrics.UNREACHABLE.labels(self._gateway.channel).inc()
        _log.warning(
            "notifier.sender_waits",
            channel=self._gateway.channel,
            code=getattr(error, "code", type(error).__name__),
            wait_s=wait,
        )
        try:
            async with asyncio.timeout(wait):
                await stop.wait()
        except TimeoutError:
            return
