"""How idle senders are woken."""

import asyncio


class Bell:
    """Rung when there is something to do; whoever waits hears it, or gives up after a while."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now, or the next one to wait."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when the bell is rung, after `seconds` at the latest."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()
