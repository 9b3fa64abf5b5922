"""HTTP calls to agencies: bounded in time and size, with every way to fail told apart."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NoReturn

import httpx

from kit.errors import PermanentError, TransientError
from services.agency_adapter.connectors.base import UncertainError

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes. A larger answer is cut off and refused."""
LONGEST_CALL = 20.0
"""Real seconds for a whole call, however slowly its bytes drip."""

_TIMEOUTS = httpx.Timeout(10.0, connect=3.0, pool=10.0)
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50)
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """An agency's answer: the HTTP status and the JSON document, None where the body is empty."""

    http_status: int
    document: object


@asynccontextmanager
async def shared_client() -> AsyncIterator[httpx.AsyncClient]:
    """The one client for all agencies: pooled connections, no redirects, no compressed answers."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vahid"}
    async with httpx.AsyncClient(
        timeout=_TIMEOUTS, limits=_LIMITS, headers=headers, follow_redirects=False, trust_env=False
    ) as client:
        yield client


async def call(client: httpx.AsyncClient, request: httpx.Request, *, expected: frozenset[int]) -> Answer:
    """Send `request` and read its answer.

    Raises:
        TransientError: not reached, busy, or a 5xx.
        UncertainError: sent, and no whole answer in time.
        PermanentError: refused, or an answer that is not what was agreed; `expected` are the HTTP statuses
            that are not refusals.
    """
    try:
        async with asyncio.timeout(LONGEST_CALL):
            response, content = await _exchange(client, request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransientError("agency_unreachable", f"no connection ({type(error).__name__}).") from None
    except (httpx.TransportError, TimeoutError) as error:
        raise UncertainError("agency_silent", f"no whole answer ({type(error).__name__}).") from None
    status = response.status_code
    if status not in expected:
        _refuse(status)
    return Answer(status, read_json(content) if content.strip() else None)


async def _exchange(client: httpx.AsyncClient, request: httpx.Request) -> tuple[httpx.Response, bytes]:
    response = await client.send(request, stream=True)
    try:
        return response, await _bounded(response)
    finally:
        await response.aclose()


async def _bounded(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PermanentError("agency_answer_unreadable", "the answer is compressed, which was not asked for.")
    content = bytearray()
    async for chunk in response.aiter_raw(65_536):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise PermanentError("agency_answer_too_large", f"the answer exceeds {LARGEST_ANSWER} bytes.")
    return bytes(content)


def _refuse(status: int) -> NoReturn:
    if status >= 500 or status in _PASSING:
        raise TransientError("agency_unavailable", f"the agency answered HTTP {status}.")
    if status in (401, 403):
        raise PermanentError(
            "agency_credentials_refused",
            f"the agency answered HTTP {status}.",
            remedy="Check its token in VAHID_AGENCIES.",
        )
    if status >= 400:
        raise PermanentError("agency_refused_request", f"the agency answered HTTP {status}.")
    raise PermanentError("agency_answer_unreadable", f"HTTP {status} was not agreed.")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_json(content: bytes) -> object:
    """The JSON document in `content`.

    Raises:
        PermanentError: `agency_answer_unreadable`; it is HTML, truncated, nested without end, …
    """
    try:
        return json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise PermanentError("agency_answer_unreadable", "not a JSON document.") from None
