"""Polls each agency for the changes that its webhooks did not deliver."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError, TransientError, VahidError
from kit.transient import is_transient
from services.agency_adapter import metrics
from services.agency_adapter.connectors.connector import Change, ChangePage, Connector, RejectedChange
from services.agency_adapter.dead_letters import ChangeDeadLetters
from services.agency_adapter.poll_watermark import PollWatermark
from services.agency_adapter.status_inbox import Arrival, StatusInbox
from services.agency_adapter.store import poll_watermarks, status_claims
from services.agency_adapter.store.sent_assignments import SentAssignment

PAGES_A_ROUND = 100
LONGEST_WAIT = 60.0
"""Real seconds."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class _IdentifiedChange:
    change: Change
    assignment: SentAssignment


_Usable = _IdentifiedChange | RejectedChange

_Received = tuple[_Usable, bool]
"""A change as it was taken in or dead-lettered, and whether it is new."""


class Poller:
    """Polls one agency; of several processes one at a time, each page in one transaction with its cursor.

    `database` lends the connection held while the agency is asked; give pollers a pool of their own. The
    first poll is after `delay` seconds (real time), so that pollers do not all ask at once.
    """

    def __init__(
        self,
        inbox: StatusInbox,
        connector: Connector,
        database: Database,
        dead_letters: ChangeDeadLetters,
        clock: Clock,
        interval: float,
        wake_relay: Callable[[], None],
        delay: float = 0.0,
    ) -> None:
        self._inbox = inbox
        self._connector = connector
        self._database = database
        self._delay = delay
        self._dead_letters = dead_letters
        self._clock = clock
        self._interval = interval
        self._longest_gap = timedelta(seconds=2 * max(interval, LONGEST_WAIT))
        self._wake_relay = wake_relay
        self._caught_up_at = time.monotonic()
        lag = metrics.POLL_LAG.labels(inbox.agency_id)
        lag.set_function(lambda: time.monotonic() - self._caught_up_at)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set. An agency that is down is asked less often, at least once a minute.

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
        await asyncio.sleep(self._delay)
        with structlog.contextvars.bound_contextvars(agency_id=self._inbox.agency_id):
            while True:
                wait = self._interval if await self._round() else min(wait * 2, LONGEST_WAIT)
                await asyncio.sleep(wait)

    async def _round(self) -> bool:
        """Read pages towards the end of the changes; whether that went well."""
        try:
            for _ in range(PAGES_A_ROUND):
                if not await self._read_page():
                    self._caught_up_at = time.monotonic()
                    break
        except Exception as error:  # noqa: BLE001  one agency's failure must not end the others; logged, counted
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
            if not await poll_watermarks.lock(connection, agency_id):
                return False
            stored = await poll_watermarks.read(connection, agency_id)
            watermark = PollWatermark(*stored, self._clock.now())
            page, new = await self._ask(connection, watermark)
            arrival = watermark.arrival(self._clock.now())
            received = [await self._receive(connection, usable, arrival) for usable in new]
            await poll_watermarks.write(connection, agency_id, page.cursor, watermark.after(page))
            if new:
                failpoints.hit("adapter.inbox.before_commit")
        if new:
            failpoints.hit("adapter.inbox.after_commit")
        self._count(received)
        return watermark.has_more(page)

    async def _ask(
        self, connection: AsyncConnection, watermark: PollWatermark
    ) -> tuple[ChangePage, list[_Usable]]:
        """The response to a poll, and what is new in it. A poll without a response is recorded too."""
        try:
            page = await self._connector.poll(watermark.cursor)
            return page, await self._new_in(connection, page)
        except (TransientError, PermanentError):
            polled_at = watermark.after_silence(self._clock.now(), self._clock, self._longest_gap)
            await poll_watermarks.write(connection, self._inbox.agency_id, watermark.cursor, polled_at)
            await connection.commit()
            raise

    async def _new_in(self, connection: AsyncConnection, page: ChangePage) -> list[_Usable]:
        """The changes of the page that were not received before, each with its assignment."""
        ids = [change.status_id for change in page.changes if isinstance(change, Change)]
        claimed = await status_claims.claimed_among(connection, self._inbox.agency_id, ids)
        return [
            await self._identified(connection, change)
            for change in page.changes
            if isinstance(change, RejectedChange) or not self._is_among(claimed, change)
        ]

    def _is_among(self, claimed: Mapping[tuple[str, str], str | None], change: Change) -> bool:
        """Whether the change was claimed as it is; one with another content goes on, to be refused."""
        digest = claimed.get((change.status_id, change.reference))
        return digest is not None and digest == self._inbox.digest_of(change)

    async def _identified(self, connection: AsyncConnection, change: Change | RejectedChange) -> _Usable:
        """The change with its assignment. A change of no assignment of ours is rejected."""
        if isinstance(change, RejectedChange):
            return change
        try:
            assignment = await self._inbox.assignment_of(connection, change)
            assignment = assignment or await self._inbox.early_assignment_of(change)
        except PermanentError as error:
            return RejectedChange(error.code, change.raw)
        if assignment is None:
            return RejectedChange("unknown_assignment", change.raw)
        return _IdentifiedChange(change, assignment)

    async def _receive(self, connection: AsyncConnection, usable: _Usable, arrival: Arrival) -> _Received:
        if isinstance(usable, _IdentifiedChange):
            change, assignment = usable.change, usable.assignment
            try:
                return usable, await self._inbox.receive(connection, change, assignment, arrival)
            except (PermanentError, ValidationError) as error:
                code = error.code if isinstance(error, PermanentError) else "change_malformed"
                usable = RejectedChange(code, change.raw)
        agency_id = self._inbox.agency_id
        return usable, await self._dead_letters.add(connection, agency_id, usable, arrival.now)

    def _count(self, received: list[_Received]) -> None:
        for usable, is_new in received:
            if isinstance(usable, _IdentifiedChange):
                self._inbox.count(usable.change, "poll", is_new=is_new)
            elif is_new:
                metrics.DEAD_LETTERED.labels(self._inbox.agency_id, usable.code).inc()
                _log.error("change.dead_lettered", code=usable.code)
        if any(is_new for _, is_new in received):
            self._wake_relay()
