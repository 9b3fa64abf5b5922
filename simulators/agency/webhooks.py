"""Sends changes as webhooks, signed by Standard Webhooks, until the receiver has answered 2xx.

At least once: a death before the answer is recorded sends again, under the same `webhook-id`.
"""

import asyncio
import heapq
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
from prometheus_client import Counter
from standardwebhooks import Webhook

from simulators.agency.assignments import AssignmentBook
from simulators.agency.store.records import Change, Delivery
from simulators.agency.store.store import Store
from simulators.clock import wait_for
from simulators.faults import draw

_ATTEMPTS = Counter("simulator_webhook_attempts_total", "Attempts to send a webhook.", ["agency", "outcome"])
_AT_ONCE = 8
_TIMEOUT_SECONDS = 5.0
_FIRST_BACKOFF_SECONDS, _LONGEST_BACKOFF_SECONDS = 0.25, 20.0


def backoff_seconds(attempts: int, chance: float) -> float:
    """The pause after that many failures: 0.25 s, doubling up to 20 s, ± a fifth by `chance` (0 to 1)."""
    longest: float = min(_FIRST_BACKOFF_SECONDS * 2 ** min(attempts - 1, 16), _LONGEST_BACKOFF_SECONDS)
    return longest * (0.8 + 0.4 * chance)


def signed(secret: str, message_id: str, content: str, at: datetime) -> dict[str, str]:
    """The headers of a webhook with this content, sent at the real time `at`."""
    return {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, content),
    }


class WebhookSender:
    """A heap of outstanding deliveries, rebuilt from the store at start, and a few tasks that send them.

    `change_item` makes the JSON of a change.
    """

    def __init__(
        self,
        change_item: Callable[[Change], dict[str, Any]],
        book: AssignmentBook,
        store: Store,
        secret: str,
    ) -> None:
        self._change_item = change_item
        self._book = book
        self._store = store
        self._secret = secret
        self._heap: list[tuple[float, int, int, Delivery]] = []
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Send `deliveries`, each when its time has come."""
        for delivery in deliveries:
            order = (delivery.not_before, delivery.change_id, delivery.copy)
            heapq.heappush(self._heap, (*order, delivery))
        self._wake.set()

    async def load(self) -> None:
        """Read what was outstanding when the process last ended; call it before anything new comes in."""
        self.add(await self._book.call(self._store.deliveries.outstanding))

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, and finish the attempts under way."""
        stopping = asyncio.create_task(self._wake_on(stop))
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as client, asyncio.TaskGroup() as sending:
            while not stop.is_set():
                if not self._due():
                    await wait_for(self._wake, self._heap[0][0] - time.time() if self._heap else None)
                    continue
                await self._book.faults.wait_until_up()
                await self._slots.acquire()
                sending.create_task(self._send(client, heapq.heappop(self._heap)[-1]))
        await stopping

    def _due(self) -> bool:
        return bool(self._heap) and self._heap[0][0] <= time.time()

    async def _send(self, client: aiohttp.ClientSession, delivery: Delivery) -> None:
        try:
            change = await self._book.call(self._store.changes.get, delivery.change_id)
            if await self._attempt(client, change, delivery):
                await self._book.call(self._store.deliveries.delivered, delivery)
                return
            later = self._later(delivery)
            await self._book.call(self._store.deliveries.postponed, later)
            self.add([later])
        finally:
            self._slots.release()

    async def _attempt(self, client: aiohttp.ClientSession, change: Change, delivery: Delivery) -> bool:
        content = json.dumps(self._change_item(change), ensure_ascii=False)
        headers = signed(self._secret, f"msg_{change.event_id}", content, datetime.now(UTC))
        sent = content.encode()
        chance = draw(self._book.faults.seed, "corrupt", change.event_id, delivery.copy, delivery.attempts)
        if chance.random() < self._book.behaviour.corrupt_webhook_rate:
            sent = sent[: len(sent) // 2]
        try:
            async with client.post(
                change.callback_url, data=sent, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            _ATTEMPTS.labels(self._book.agency, type(error).__name__).inc()
            return False
        _ATTEMPTS.labels(self._book.agency, str(status)).inc()
        return 200 <= status < 300

    def _later(self, delivery: Delivery) -> Delivery:
        attempts = delivery.attempts + 1
        chance = draw(self._book.faults.seed, "backoff", delivery.change_id, delivery.copy, attempts).random()
        return replace(
            delivery, attempts=attempts, not_before=time.time() + backoff_seconds(attempts, chance)
        )

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()
