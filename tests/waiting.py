"""Waiting for a condition, with a limit: what tests do instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT = 180.0
"""Seconds. A machine that others use too may stand still for a minute; only what fails waits so long."""


async def until(look: Callable[[], Awaitable[T | None]], what: str, limit: float = LIMIT) -> T:
    """What `look` finds once it finds something true; fails with `what` when `limit` seconds have passed."""
    end = time.monotonic() + limit
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit:.0f} s: {what}")
        await asyncio.sleep(0.05)
