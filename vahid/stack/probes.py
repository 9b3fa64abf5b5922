"""Questions that tell whether a process serves."""

import asyncio
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


async def answers(url: str) -> bool:
    """Whether a GET of `url` on this machine is answered with a 2xx."""
    import httpx

    try:
        response = await _client().get(url)
    except httpx.TransportError:
        return False
    return response.is_success


async def listens(port: int) -> bool:
    """Whether something on 127.0.0.1 takes connections at `port`."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return True


@cache
def _client() -> "httpx.AsyncClient":
    import httpx

    # Plain HTTP on this machine: no certificates to load, no proxy to ask, a connection for each probe.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(timeout=3, trust_env=False, verify=False, limits=limits)
