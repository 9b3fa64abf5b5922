"""Sends planned notifications: taken up, marked, handed over, settled; one message at a time and sender."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import Clock
from kit.database import Database
from kit.errors import TransientError
from kit.failpoints import hit
from kit.tracing import span
from kit.transient import is_transient
from services.notifier import metrics, store
from services.notifier.gateways.gateway import Gateway
from services.notifier.message_composer import MessageComposer, OutgoingMessage, Unwritten
from services.notifier.outcomes import Delivery, NotTaken, Settlement, Unknown, retry_after, settle
from services.notifier.store import Due
from services.notifier.wake_signal import WakeSignal

IDLE_SECONDS = 1.0
"""How often a sender looks by itself for what another process planned; what becomes due earlier wakes it."""

ON_ITS_WAY = timedelta(minutes=5)
"""A letter that has been due for longer (real time) is looked at again: the recipient may have closed."""

_log = structlog.get_logger()


class Sender:
    """Empties one channel through one gateway, in the order in which messages became due.

    A message is marked `sending`, and that committed, before the provider hears of it, and only once the
    provider can be reached: what is found so marked after a crash may have gone out.
    """

    def __init__(
        self,
        gateway: Gateway,
        database: Database,
        composer: MessageComposer,
        clock: Clock,
        lease: timedelta,
        wake: WakeSignal,
    ) -> None:
        self._gateway = gateway
        self._database = database
        self._composer = composer
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
        """Send the notification that is due first; False when there is none."""
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
        """Whether there is something to send: the provider is not troubled for nothing."""
        async with self._database.statement() as connection:
            due = await store.is_due(connection, self._gateway.channel)
            if not due:
                await self._look_ahead(connection)
        return due

    async def _look_ahead(self, connection: AsyncConnection) -> None:
        """Sleep no longer than until the next message is due that waits for its time."""
        ahead = await store.next_due_in(connection, self._gateway.channel)
        self._idle = IDLE_SECONDS if ahead is None else min(ahead, IDLE_SECONDS)

    async def _take(self) -> tuple[Due, OutgoingMessage | None] | None:
        """Take a message up and mark it, in one transaction; without a letter it is settled at once."""
        async with self._database.transaction() as connection:
            due = await store.take(connection, self._gateway.channel)
            if due is None:
                await self._look_ahead(connection)
                return None
            if (opens := self._closed_until(due)) is not None:
                await store.postpone(connection, due, opens)
                return due, None
            written = await self._write(connection, due)
            if isinstance(written, OutgoingMessage):
                await store.mark_sending(connection, due, self._lease, self._clock.now())
                return due, written
            settlement = Settlement(written.state, written.reason)
            await store.settle(connection, due, settlement, self._clock.now(), tried=False)
        self._tell(due, settlement)
        return due, None

    async def _write(self, connection: AsyncConnection, due: Due) -> OutgoingMessage | Unwritten:
        """The letter; a message that nobody foresaw cannot be written fails alone, and lets others pass."""
        try:
            if due.sealed is None:
                return self._composer.write_digest(due.all)
            return await self._composer.write(connection, due.notification, due.sealed)
        except Exception as error:
            if is_transient(error):
                raise
            _log.exception("notification.unwritable", notification_id=due.notification.notification_id)
            return Unwritten("failed", "unexpected")

    def _closed_until(self, due: Due) -> datetime | None:
        """When the recipient's hours begin, of a letter that was kept back until they had ended; else None.

        What is on its way just now is not kept back: it was due within the hours.
        """
        if datetime.now(UTC) - due.due_since < ON_ITS_WAY:
            return None
        now = self._clock.now()
        opens = self._composer.opening(due.notification, now)
        return self._clock.real(opens) if opens > now else None

    def _within_hours(self, due: Due, settlement: Settlement) -> Settlement:
        """The next try, where there is one, when the recipient can be written to."""
        if settlement.retry_in is None:
            return settlement
        now = datetime.now(UTC)
        again = self._clock.at(now + settlement.retry_in)
        opens = self._composer.opening(due.notification, again)
        wait = max(settlement.retry_in, self._clock.real(opens) - now)
        return replace(settlement, retry_in=wait)

    async def _send(self, due: Due, message: OutgoingMessage) -> None:
        one = due.notification
        bound = structlog.contextvars.bound_contextvars(
            case_id=one.case_id, notification_id=one.notification_id, channel=one.channel
        )
        with bound, span("send_notification", due.traceparent):
            delivery = await self._deliver(message)
            hit(f"notifier.{self._gateway.channel}.after_send")
            settlement = settle(delivery, due.attempts + 1, repeatable=self._gateway.repeatable)
            await self._settle(due, self._within_hours(due, settlement))

    async def _deliver(self, message: OutgoingMessage) -> Delivery:
        try:
            hit(f"notifier.{self._gateway.channel}.before_send")
        except TransientError:
            return NotTaken("failpoint")
        try:
            return await self._gateway.deliver(message)
        except Exception:  # noqa: BLE001 - whatever it was, the provider may have the message
            _log.exception("notification.delivery_broke")
            return Unknown("unexpected")

    async def _settle(self, due: Due, settlement: Settlement) -> None:
        """Write the outcome down, as often as it takes: it is known here only."""
        for attempt in range(1, 1_000_000):
            try:
                async with self._database.statement() as connection:
                    settled = await store.settle(connection, due, settlement, self._clock.now())
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("notification.outcome_unwritten", attempt=attempt, error=type(error).__name__)
                await asyncio.sleep(min(retry_after(attempt).total_seconds(), 5.0))
        if settled:
            self._tell(due, settlement)
        else:
            _log.warning("notification.overtaken", state=settlement.state)

    def _tell(self, due: Due, settlement: Settlement) -> None:
        one = due.notification
        metrics.NOTIFICATIONS.labels(one.channel, one.message.kind, settlement.outcome).inc(len(due.ids))
        tell = _log.info if settlement.state in ("sent", "skipped") else _log.warning
        tell(
            "notification.settled",
            outcome=settlement.outcome,
            kind=one.message.kind,
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
