"""Slots of uploads: so many at once, not all of them one caller's, and none before its body comes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kit.http_headers import RETRY_AFTER
from kit.problem import Problem

PATIENCE = 5.0
"""Real seconds that an upload waits for a slot, with all but its first bytes unread."""


class UploadSlots:
    """`at_once` slots, of which one caller gets half at most."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._of_one = max(1, at_once // 2)
        self._taken = Counter[str]()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, actor_id: str) -> AsyncIterator[None]:
        """A slot, for as long as the block lasts.

        Raises:
            Problem: 503 `attachment.busy`: none was free in time.
        """
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(lambda: self._is_free(actor_id))
                self._taken[actor_id] += 1
        except TimeoutError:
            raise _busy() from None
        try:
            yield
        finally:
            async with self._changed:
                self._taken[actor_id] -= 1
                self._taken += Counter()  # keeps those above zero
                self._changed.notify_all()

    def _is_free(self, actor_id: str) -> bool:
        return self._taken.total() < self._at_once and self._taken[actor_id] < self._of_one


def _busy() -> Problem:
    return Problem(
        503,
        "attachment.busy",
        "As many documents as possible are being received; nothing was stored.",
        remedy="Send it again after the time in Retry-After.",
        headers={RETRY_AFTER: f"{PATIENCE:g}"},
    )
