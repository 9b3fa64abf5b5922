"""Recovers messages whose sender died, and measures the backlog."""

import asyncio
from collections.abc import Mapping

import structlog

from kit.clock import Clock
from kit.database import Database
from kit.transient import is_transient
from schemas.appeals import NoticeChannel
from services.notifier import metrics
from services.notifier.store import reporting, settling
from services.notifier.store.backlog import read_backlogs
from services.notifier.store.settling import Recovered
from services.notifier.wake_signal import WakeSignal

INTERVAL_SECONDS = 2.0

_log = structlog.get_logger()


class StaleSendRecovery:
    """Runs every few seconds. `idempotent` states, by channel, whether a message may be sent again."""

    def __init__(
        self, database: Database, clock: Clock, idempotent: Mapping[NoticeChannel, bool], wake: WakeSignal
    ) -> None:
        self._database = database
        self._clock = clock
        self._idempotent = idempotent
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        """Recover and measure until `stop` is set."""
        while not stop.is_set():
            try:
                await self.run_once()
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("notifier.recovery_waits", error=type(error).__name__)
            try:
                async with asyncio.timeout(INTERVAL_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def run_once(self) -> None:
        """Recover what was left in `sending`, then set the gauges."""
        for channel, idempotent in self._idempotent.items():
            recovered = await self._recover(channel, idempotent=idempotent)
            for kind in (message.kind for message in recovered):
                outcome = "retried" if idempotent else "parked"
                metrics.NOTIFICATIONS.labels(channel, kind, outcome).inc()
                _log.warning("notification.sender_died", channel=channel, kind=kind, outcome=outcome)
            if recovered:
                self._wake.set()
        await self._measure()

    async def _recover(self, channel: NoticeChannel, *, idempotent: bool) -> tuple[Recovered, ...]:
        """Recover, and report to the cases of what is parked now. In the order of events: no deadlock."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            recovered = await settling.recover(connection, channel, now, idempotent=idempotent)
            for event_id in sorted({message.event_id for message in recovered if message.to_applicant}):
                await reporting.report_event(connection, event_id, now)
        return recovered

    async def _measure(self) -> None:
        async with self._database.statement() as connection:
            backlogs = await read_backlogs(connection)
        for channel, backlog in backlogs.items():
            metrics.PARKED.labels(channel).set(backlog.parked)
            metrics.OLDEST_PLANNED_AGE.labels(channel).set(backlog.oldest_planned_age)
