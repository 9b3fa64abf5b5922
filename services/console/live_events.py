"""Live updates: the latest case events, kept for every browser that looks.

A viewer whose stream broke goes on where it was; one that was away for longer reads its page anew.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from schemas.case_events import event_name

KEPT = 20_000
"""Events that are kept for viewers whose stream broke."""


class Seen(NamedTuple):
    """A case event as viewers get it; nothing in it is personal. `seq` is its place in the ledger."""

    number: int
    case: str
    seq: int
    event: str
    actor: str


class LiveEvents:
    """The latest case events, numbered in the order in which this process read them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._run = uuid.uuid4().hex[:8]
        self._events: deque[Seen] = deque(maxlen=kept)
        self._last = 0
        self._news = asyncio.Condition()
        self._following = False

    @property
    def following(self) -> bool:
        """Whether events are read as they are published."""
        return self._following

    async def follow(self, *, following: bool) -> None:
        """Take note whether events are read now."""
        async with self._news:
            self._following = following
            self._news.notify_all()

    async def add(self, records: Iterable[dict[str, Any]]) -> None:
        """Take the data of published events."""
        async with self._news:
            for data in records:
                self._last += 1
                kind = event_name(data["payload"]["type"])
                self._events.append(
                    Seen(self._last, data["case_id"], data["seq"], kind, data["actor"]["kind"])
                )
            self._news.notify_all()

    def place(self, event_id: str | None) -> int | None:
        """After which number a viewer goes on that had `event_id` last; None: it has missed something."""
        if event_id is None:
            return self._last
        run, _, number = event_id.partition("-")
        if run != self._run or not (number.isascii() and number.isdigit()):
            return None
        first = self._events[0].number if self._events else self._last + 1
        return int(number) if first - 1 <= int(number) <= self._last else None

    def id_of(self, number: int) -> str:
        """The id of the event of that number, for `Last-Event-ID`."""
        return f"{self._run}-{number}"

    async def after(self, number: int, within: float) -> tuple[Seen, ...]:
        """The events after `number`: at once where there are some, else within so many seconds, or none.

        It returns early when reading stops or begins again.
        """
        async with self._news:
            followed = self._following
            try:
                async with asyncio.timeout(within):
                    await self._news.wait_for(lambda: self._last > number or self._following != followed)
            except TimeoutError:
                return ()
            return self.newer(number)

    def newer(self, number: int) -> tuple[Seen, ...]:
        """The events after `number` that are there now."""
        newest = []
        for seen in reversed(self._events):
            if seen.number <= number:
                break
            newest.append(seen)
        return tuple(reversed(newest))

    @property
    def last(self) -> int:
        """The number of the latest event."""
        return self._last
