"""Probes: whether a process serves now."""

import asyncio

_SECONDS = 3.0


async def answers(url: str) -> bool:
    """Whether a GET of `url` on this machine is answered with a 2xx."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, connect=_SECONDS, sock_read=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as client,
            client.get(url, allow_redirects=False) as response,
        ):
            await response.read()
            return 200 <= response.status < 300
    except (aiohttp.ClientError, TimeoutError):
        return False


async def listens(port: int) -> bool:
    """Whether something on 127.0.0.1 takes connections at `port`."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return True
