"""HTTP calls to agencies: bounded in time and size, with each kind of failure its own error."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn

import aiohttp
from yarl import URL

from kit.errors import PermanentError, TransientError
from kit.foreign_json import read_leniently
from services.agency_adapter.connectors.connector import UncertainError

LARGEST_RESPONSE = 4 * 1024 * 1024
"""Bytes. A larger response is cut off and refused."""
LONGEST_CALL = 20.0
"""Real seconds for a whole call, however slowly its bytes arrive."""

_TIMEOUTS = aiohttp.ClientTimeout(total=None, connect=10.0, sock_connect=3.0, sock_read=10.0)
_CONNECTIONS, _IDLE_SECONDS = 200, 5.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vahid"}
_TRANSIENT = frozenset({408, 425, 429})


@dataclass(frozen=True)
class HttpRequest:
    """A request to an agency's server."""

    method: str
    url: URL
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True)
class HttpResponse:
    """A server's response: the HTTP status and the JSON document, None where the body is empty."""

    status: int
    document: object


@asynccontextmanager
async def shared_client() -> AsyncIterator[aiohttp.ClientSession]:
    """The one client for all agencies: pooled connections, no redirects, cookies or compressed responses."""
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=_TIMEOUTS,
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as client:
        yield client


async def call(
    client: aiohttp.ClientSession, request: HttpRequest, *, expected: frozenset[int]
) -> HttpResponse:
    """Send `request` and read its response; `expected` are the HTTP statuses that are not refusals.

    Raises:
        TransientError: not reached, busy, or a 5xx.
        UncertainError: sent, and no whole response in time.
        PermanentError: refused, or a response that is not as agreed.
    """
    try:
        async with asyncio.timeout(LONGEST_CALL):
            status, content = await _exchange(client, request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise TransientError("agency_unreachable", f"no connection ({type(error).__name__}).") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise UncertainError("agency_silent", f"no whole response ({type(error).__name__}).") from None
    if status not in expected:
        _refuse(status)
    return HttpResponse(status, read_json(content) if content.strip() else None)


async def _exchange(client: aiohttp.ClientSession, request: HttpRequest) -> tuple[int, bytes]:
    async with client.request(
        request.method, request.url, headers=request.headers, data=request.content, allow_redirects=False
    ) as response:
        return response.status, await _bounded(response)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PermanentError("agency_response_unreadable", "the response is compressed, against the request.")
    content = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        content += chunk
        if len(content) > LARGEST_RESPONSE:
            raise PermanentError(
                "agency_response_too_large", f"the response exceeds {LARGEST_RESPONSE} bytes."
            )
    return bytes(content)


def _refuse(status: int) -> NoReturn:
    if status >= 500 or status in _TRANSIENT:
        raise TransientError("agency_unavailable", f"the agency answered HTTP {status}.")
    if status in (401, 403):
        raise PermanentError(
            "agency_credentials_refused",
            f"the agency answered HTTP {status}.",
            remedy="Check its token in VAHID_AGENCIES.",
        )
    if status >= 400:
        raise PermanentError("agency_refused_request", f"the agency answered HTTP {status}.")
    raise PermanentError("agency_response_unreadable", f"HTTP {status} was not agreed.")


def read_json(content: bytes) -> object:
    """The JSON document in `content`; a value in it that cannot be read is `UNREADABLE`.

    Raises:
        PermanentError: `agency_response_unreadable`; it is HTML, truncated, …
    """
    try:
        return read_leniently(content)
    except ValueError:
        raise PermanentError("agency_response_unreadable", "not a JSON document.") from None
