"""Asks each agency, again and again, for the changes that its webhooks lost."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.clock import Clock
from kit.database import Database, is_transient
from kit.errors import PermanentError, TransientError, VahidError
from services.agency_adapter import metrics, store
from services.agency_adapter.connectors.base import BrokenChange, Change, Connector, Page
from services.agency_adapter.dead_letters import DeadLetters
from services.agency_adapter.poll_watermark import PollWatermark
from services.agency_adapter.status_inbox import Receipt, StatusInbox
from services.agency_adapter.store import Sent

PAGES_A_ROUND = 100
LONGEST_WAIT = 60.0
"""Real seconds."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class _Known:
    change: Change
    sent: Sent


_Outcome = tuple[_Known | BrokenChange, bool]
"""What was made of a change, and whether it is new."""


class Poller:
    """Polls one agency; of several processes one at a time, each page in one transaction with its cursor.

    `database` lends the connection that is held while the agency is asked; give pollers a pool of their own.
    The first look is `after` seconds (real time): many pollers take turns instead of asking all at once.
    """

    def __init__(
        self,
        inbox: StatusInbox,
        connector: Connector,
        database: Database,
        dead_letters: DeadLetters,
        clock: Clock,
        interval: float,
        published: Callable[[], None],
        after: float = 0.0,
    ) -> None:
        self._inbox = inbox
        self._connector = connector
        self._database = database
        self._after = after
        self._dead_letters = dead_letters
        self._clock = clock
        self._interval = interval
        self._longest_gap = timedelta(seconds=2 * max(interval, LONGEST_WAIT))
        self._published = published
        self._caught_up_at = time.monotonic()
        lag = metrics.POLL_LAG.labels(inbox.agency_id)
        lag.set_function(lambda: time.monotonic() - self._caught_up_at)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; an agency that is away is asked less often, at least each minute.

        A page is one transaction: stopping in its middle loses nothing.
        """
        polling = asyncio.create_task(self._poll())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([polling, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            polling.cancel()
            stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling

    async def _poll(self) -> None:
        wait = self._interval
        await asyncio.sleep(self._after)
        with structlog.contextvars.bound_contextvars(agency_id=self._inbox.agency_id):
            while True:
                wait = self._interval if await self._round() else min(wait * 2, LONGEST_WAIT)
                await asyncio.sleep(wait)

    async def _round(self) -> bool:
        """Read on towards the end of what there is; whether that went well."""
        try:
            for _ in range(PAGES_A_ROUND):
                if not await self._read_page():
                    self._caught_up_at = time.monotonic()
                    break
        except Exception as error:  # noqa: BLE001  one agency's trouble must not end the others; logged, counted
            self._failed(error)
            return False
        return True

    def _failed(self, error: Exception) -> None:
        foreign = "infrastructure" if is_transient(error) else "unexpected"
        code = error.code if isinstance(error, VahidError) else foreign
        metrics.POLL_FAILURES.labels(self._inbox.agency_id, code).inc()
        _log.warning("poll.failed", code=code, exc_info=error)

    async def _read_page(self) -> bool:
        """Take one page in; whether there may be more."""
        agency_id = self._inbox.agency_id
        async with self._database.transaction() as connection:
            if not await store.lock_polling(connection, agency_id):
                return False
            watermark = PollWatermark(*await store.read_cursor(connection, agency_id), self._clock.now())
            page, found = await self._ask(connection, watermark)
            receipt = watermark.receipt(self._clock.now())
            taken = [await self._take(connection, one, receipt) for one in found]
            await store.write_cursor(connection, agency_id, page.cursor, watermark.after(page))
            if found:
                failpoints.hit("adapter.inbox.before_commit")
        if found:
            failpoints.hit("adapter.inbox.after_commit")
        self._count(taken)
        return watermark.has_more(page)

    async def _ask(
        self, connection: AsyncConnection, watermark: PollWatermark
    ) -> tuple[Page, list[_Known | BrokenChange]]:
        """The answer to `look`, and what is new in it; that there was none is written down, too."""
        try:
            page = await self._connector.poll(watermark.cursor)
            return page, await self._new_ones(connection, page)
        except (TransientError, PermanentError):
            polled_at = watermark.after_silence(self._clock.now(), self._clock, self._longest_gap)
            await store.write_cursor(connection, self._inbox.agency_id, watermark.cursor, polled_at)
            await connection.commit()
            raise

    async def _new_ones(self, connection: AsyncConnection, page: Page) -> list[_Known | BrokenChange]:
        """What the page brings that no door has brought before, each with its assignment."""
        ids = [change.status_id for change in page.changes if isinstance(change, Change)]
        taken = await store.taken_of(connection, self._inbox.agency_id, ids)
        return [
            await self._identified(connection, change)
            for change in page.changes
            if isinstance(change, BrokenChange) or change.status_id not in taken
        ]

    async def _identified(
        self, connection: AsyncConnection, change: Change | BrokenChange
    ) -> _Known | BrokenChange:
        """The change with its assignment. What can be said of no assignment of ours is broken, for good."""
        if isinstance(change, BrokenChange):
            return change
        try:
            sent = await self._inbox.assignment_of(connection, change)
            sent = sent or await self._inbox.early_assignment_of(change)
        except PermanentError as error:
            return BrokenChange(error.code, change.raw)
        if sent is None:
            return BrokenChange("unknown_assignment", change.raw)
        return _Known(change, sent)

    async def _take(
        self, connection: AsyncConnection, one: _Known | BrokenChange, receipt: Receipt
    ) -> _Outcome:
        if isinstance(one, _Known):
            try:
                return one, await self._inbox.take(connection, one.change, one.sent, receipt)
            except (PermanentError, ValidationError) as error:
                code = error.code if isinstance(error, PermanentError) else "change_malformed"
                one = BrokenChange(code, one.change.raw)
        return one, await self._dead_letters.dead_letter(connection, self._inbox.agency_id, one, receipt.now)

    def _count(self, outcomes: list[_Outcome]) -> None:
        for one, is_new in outcomes:
            if isinstance(one, _Known):
                self._inbox.count(one.change, "poll", taken=is_new)
            elif is_new:
                metrics.DEAD_LETTERED.labels(self._inbox.agency_id, one.code).inc()
                _log.error("change.dead_lettered", code=one.code)
        if any(is_new for _, is_new in outcomes):
            self._published()
