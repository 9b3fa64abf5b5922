"""Waits for a condition, with a limit, where a test would sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT = 180.0
"""Seconds. A busy machine may pause for a minute; only a failure waits so long."""


async def until(check: Callable[[], Awaitable[T | None]], what: str, limit: float = LIMIT) -> T:
    """The first true value of `check`; fails with `what` when `limit` seconds have passed."""
    end = time.monotonic() + limit
    while True:
        found = await check()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit:.0f} s: {what}")
        await asyncio.sleep(0.05)
