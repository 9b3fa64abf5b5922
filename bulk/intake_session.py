"""A session with one intake over HTTP: its address, the proxy on the way, and a limit to its silence."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from kit.errors import PermanentError
from kit.http_headers import IDEMPOTENT_REPLAYED

TRANSIENT = frozenset({429, 502, 503, 504})
"""HTTP status codes after which the same request may pass."""

_CONNECTIONS, _IDLE_SECONDS = 100, 5.0


class Unanswered(Exception):
    """Intake gave no answer, or one that may be another later: the same request may be sent again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class IntakeResponse:
    """A whole response; `replayed` says that intake had accepted the same before."""

    status: int
    replayed: bool
    content: bytes

    def document(self) -> Any:
        """The JSON in it.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.content)


class IntakeSession:
    """Pooled connections to the intake at `url`. It follows no redirect and keeps no cookie."""

    def __init__(self, url: str, http: aiohttp.ClientSession, seconds: float) -> None:
        self.url = url
        self._http = http
        self._seconds = seconds

    async def post(
        self,
        path: str,
        content: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
    ) -> IntakeResponse:
        """Send `content`, as it comes where it comes in parts, and return the response.

        Raises:
            Unanswered: no whole response, nothing moved for the session's seconds, or a `TRANSIENT` status.
            PermanentError: what the parts raise.
        """
        try:
            async with asyncio.timeout(self._seconds) as silence:
                response = await self._sent(path, self._watched(content, silence), headers, query)
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(error.__cause__, PermanentError):  # aiohttp wraps what a part raises
                raise error.__cause__ from None
            raise Unanswered(type(error).__name__) from None
        if response.status in TRANSIENT:
            raise Unanswered(f"it answers {response.status}")
        return response

    async def _sent(
        self,
        path: str,
        content: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
    ) -> IntakeResponse:
        async with self._http.post(
            f"{self.url.rstrip('/')}{path}",
            data=content,
            headers=headers,
            params=query,
            proxy=_proxy(self.url),
            allow_redirects=False,
        ) as response:
            replayed = response.headers.get(IDEMPOTENT_REPLAYED) == "true"
            return IntakeResponse(response.status, replayed, await response.read())

    def _watched(
        self, content: bytes | AsyncIterator[bytes], silence: asyncio.Timeout
    ) -> bytes | AsyncIterator[bytes]:
        return content if isinstance(content, bytes) else self._moving(content, silence)

    async def _moving(self, parts: AsyncIterator[bytes], silence: asyncio.Timeout) -> AsyncIterator[bytes]:
        """Each part that is asked for shows that the last one was taken."""
        async for part in parts:
            silence.reschedule(asyncio.get_running_loop().time() + self._seconds)
            yield part


@asynccontextmanager
async def intake_session(url: str, *, seconds: float) -> AsyncIterator[IntakeSession]:
    """A session that gives a request up once nothing has moved for `seconds`."""
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": "vahid"},
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as http:
        yield IntakeSession(url, http, seconds)


def _proxy(url: str) -> str | None:
    """The proxy that the environment names. aiohttp's own look would also read passwords from `.netrc`."""
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
