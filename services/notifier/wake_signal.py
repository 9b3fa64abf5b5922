"""How idle senders are woken."""

import asyncio
from contextlib import suppress


class WakeSignal:
    """Level when there is something to do; one of those who wait hears it, or gives up after a while.

    Who finds work rings for the next one: there may be more of it.
    """

    def __init__(self) -> None:
        self._is_set: asyncio.Queue[None] = asyncio.Queue(maxsize=1)

    def set(self) -> None:
        """Wake one who waits now, or the next one to wait."""
        with suppress(asyncio.QueueFull):
            self._is_set.put_nowait(None)

    async def wait(self, seconds: float) -> None:
        """Return when the signal is level, after `seconds` at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_set.get()
