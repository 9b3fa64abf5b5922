"""Plays the planned changes: one loop that waits for the earliest change of all assignments."""

import asyncio
import heapq
import time
from datetime import datetime

from prometheus_client import Counter

from simulators.agency.assignments import AssignmentBook
from simulators.agency.store.records import DueChange
from simulators.agency.store.store import Store
from simulators.agency.webhooks import WebhookSender
from simulators.clock import wait_for
from simulators.faults import draw

_CHANGES = Counter("simulator_changes_total", "Changes of assignments.", ["agency", "state"])
_BATCH = 100
_HELD_BACK_SECONDS = (0.5, 5.0)


class Scheduler:
    """A heap with the next change of each assignment, rebuilt from the store at start."""

    def __init__(self, book: AssignmentBook, store: Store, sender: WebhookSender) -> None:
        self._book = book
        self._store = store
        self._sender = sender
        self._heap: list[DueChange] = []

    async def load(self) -> None:
        """Read what was planned when the process last ended; call it before anything new comes in."""
        self._heap = await self._book.call(self._store.planned.all_due)
        heapq.heapify(self._heap)

    async def run(self, stop: asyncio.Event) -> None:
        """Play until `stop` is set. Changes that fell due while the process was down happen at once."""
        stopping = asyncio.create_task(self._wake_on(stop))
        while not stop.is_set():
            await wait_for(self._book.replanned, self._seconds_to_wait())
            await self._add_replanned()
            await self._play_due()
        await stopping

    def _seconds_to_wait(self) -> float | None:
        return self._book.clock.seconds_until(self._heap[0].at) if self._heap else None

    async def _add_replanned(self) -> None:
        for number in self._book.drain_replanned():
            due = await self._book.call(self._store.planned.next_due, number)
            if due is not None:
                heapq.heappush(self._heap, due)

    async def _play_due(self) -> None:
        while due_changes := self._pop_due(self._book.clock.now()):
            for played in await self._book.call(self._store.play, due_changes, self._copies):
                _CHANGES.labels(self._book.agency, played.change.state).inc()
                self._sender.add(played.deliveries)
                if played.next_due is not None:
                    heapq.heappush(self._heap, played.next_due)

    def _pop_due(self, now: datetime) -> list[DueChange]:
        due_changes: list[DueChange] = []
        while self._heap and self._heap[0].at <= now and len(due_changes) < _BATCH:
            due_changes.append(heapq.heappop(self._heap))
        return due_changes

    def _copies(self, event_id: str) -> list[tuple[float, str | None]]:
        """When to send each copy of a change's webhook (real time), or that it is lost."""
        behaviour, chance = self._book.behaviour, draw(self._book.faults.seed, "webhook", event_id)
        lost, shuffled, doubled = (chance.random() for _ in range(3))
        now = time.time()
        at = now + (chance.uniform(*_HELD_BACK_SECONDS) if shuffled < behaviour.shuffle_webhooks else 0.0)
        copies: list[tuple[float, str | None]] = [(at, "lost" if lost < behaviour.lose_webhooks else None)]
        if doubled < behaviour.duplicate_webhooks:
            copies.append((now + chance.uniform(*_HELD_BACK_SECONDS), None))
        return copies

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._book.replanned.set()
