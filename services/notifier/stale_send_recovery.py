"""Looks after messages whose sender died, and keeps the gauges."""

import asyncio
from collections.abc import Mapping

import structlog

from kit.clock import Clock
from kit.database import Database
from kit.transient import is_transient
from schemas.appeals import NoticeChannel
from services.notifier import metrics, store
from services.notifier.wake_signal import WakeSignal

ROUND_SECONDS = 2.0

_log = structlog.get_logger()


class StaleSendRecovery:
    """Goes round every few seconds. `repeatable` says, by channel, whether a message may be sent again."""

    def __init__(
        self, database: Database, clock: Clock, repeatable: Mapping[NoticeChannel, bool], wake: WakeSignal
    ) -> None:
        self._database = database
        self._clock = clock
        self._repeatable = repeatable
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop` is set."""
        while not stop.is_set():
            try:
                await self.go_round()
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("notifier.warden_waits", error=type(error).__name__)
            try:
                async with asyncio.timeout(ROUND_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def go_round(self) -> None:
        """Recover what was left in `sending`, then read the gauges."""
        for channel, repeatable in self._repeatable.items():
            async with self._database.statement() as connection:
                kinds = await store.recover(connection, channel, self._clock.now(), repeatable=repeatable)
            for kind in kinds:
                outcome = "retried" if repeatable else "parked"
                metrics.NOTIFICATIONS.labels(channel, kind, outcome).inc()
                _log.warning("notification.sender_died", channel=channel, kind=kind, outcome=outcome)
            if kinds:
                self._wake.set()
        await self._measure()

    async def _measure(self) -> None:
        async with self._database.statement() as connection:
            backlog = await store.backlog(connection)
        for channel, waiting in backlog.items():
            metrics.PARKED.labels(channel).set(waiting.parked)
            metrics.OLDEST_PLANNED_AGE.labels(channel).set(waiting.oldest_planned_age)
