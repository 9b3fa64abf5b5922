"""Wakes idle senders."""

import asyncio
from contextlib import suppress


class WakeSignal:
    """Set when there is something to do. One waiting sender wakes, or its wait ends after some seconds.

    A sender that finds work sets the signal again for the next one: there may be more.
    """

    def __init__(self) -> None:
        self._is_set: asyncio.Queue[None] = asyncio.Queue(maxsize=1)

    def set(self) -> None:
        """Wake one sender that waits now, or the next one to wait."""
        with suppress(asyncio.QueueFull):
            self._is_set.put_nowait(None)

    async def wait(self, seconds: float) -> None:
        """Return when the signal is set, after `seconds` at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_set.get()
