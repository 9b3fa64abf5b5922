"""Hands appeals in at intake, as a channel does: each under its key, repeated until there is an answer."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import rfc8785

from kit.canonical_json import canonical_json
from kit.errors import PermanentError, TransientError

ANSWERED_WITHIN = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
TRANSIENT = frozenset({429, 502, 503, 504})
"""HTTP status codes after which the same request may pass."""


@dataclass(frozen=True)
class HandedIn:
    """What intake said: `answer` when it accepted, else `problem` (RFC 9457)."""

    key: str
    status: int
    replayed: bool
    answer: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


def read_appeals(text: str) -> list[dict[str, Any]]:
    """The appeals in a file: one JSON object, a list of them, or JSON Lines.

    Raises:
        PermanentError: `file.invalid`, with the line; the content is not repeated.
    """
    try:
        whole = json.loads(text)
        appeals = whole if isinstance(whole, list) else [whole]
    except json.JSONDecodeError as error:
        appeals = _lines(text, error)
    if not appeals:
        raise PermanentError("file.invalid", "The file holds no appeal.")
    for number, appeal in enumerate(appeals, 1):
        if not isinstance(appeal, dict):
            raise PermanentError("file.invalid", f"Entry {number} is not a JSON object.")
    return appeals


def _lines(text: str, whole: json.JSONDecodeError) -> list[Any]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) < 2:
        raise PermanentError("file.invalid", f"Line {whole.lineno} is not JSON: {whole.msg}.")
    entries = []
    for number, line in lines:
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError as error:
            # A file whose first line is no entry of its own is one broken document, not JSON Lines.
            at, what = (number, error.msg) if entries else (whole.lineno, whole.msg)
            raise PermanentError("file.invalid", f"Line {at} is not JSON: {what}.") from None
    return entries


def key_of(appeal: Mapping[str, Any], api_key: str) -> str:
    """An idempotency key that follows from the content: the same appeal again is the same appeal.

    It is keyed by the API key, so that it tells nobody else anything of the content.
    """
    try:
        content = canonical_json(dict(appeal))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):  # intake will refuse it, and say why
        content = json.dumps(appeal, sort_keys=True).encode()
    return "content-" + hmac.new(api_key.encode(), content, hashlib.sha256).hexdigest()


def keys_for(given: str | None, appeals: Sequence[Mapping[str, Any]], api_keys: Sequence[str]) -> list[str]:
    """The idempotency key of each appeal: the given one (numbered when there are several), or by content."""
    if given is None:
        return [key_of(appeal, api_key) for appeal, api_key in zip(appeals, api_keys, strict=True)]
    return [given] if len(appeals) == 1 else [f"{given}-{number}" for number in range(1, len(appeals) + 1)]


async def hand_in(
    client: httpx.AsyncClient,
    appeal: Mapping[str, Any],
    *,
    key: str,
    api_key: str,
    within: float = ANSWERED_WITHIN,
) -> HandedIn:
    """Hand `appeal` in; while intake cannot be reached or is unavailable, again, with pauses that grow.

    `client` has intake's address as its `base_url`. The key makes repeating safe.

    Raises:
        TransientError: `intake.unreachable`: no answer within `within` seconds.
    """
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key}
    return await until_answered(
        client, key, lambda: client.post("/v1/appeals", json=appeal, headers=headers), within
    )


async def until_answered(
    client: httpx.AsyncClient, key: str, send: Callable[[], Awaitable[httpx.Response]], within: float
) -> HandedIn:
    """What intake said to the request that `send` makes, under idempotency key `key`, as often as it takes.

    Raises:
        TransientError: `intake.unreachable`: no answer within `within` seconds.
    """
    pause, deadline = FIRST_PAUSE, asyncio.get_running_loop().time() + within
    while True:
        try:
            response = await send()
            if response.status_code not in TRANSIENT:
                return _handed_in(key, response)
            reason = f"it answers {response.status_code}"
        except httpx.TransportError as error:
            reason = type(error).__name__
        if asyncio.get_running_loop().time() + pause > deadline:
            message = f"Intake at {client.base_url} gave no answer within {within:g} s ({reason})."
            raise TransientError("intake.unreachable", message, remedy="Is it running? See `vahid status`.")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _handed_in(key: str, response: httpx.Response) -> HandedIn:
    replayed = response.headers.get("Idempotent-Replayed") == "true"
    try:
        told = response.json()
    except ValueError:
        told = {"detail": f"The answer is not JSON (HTTP {response.status_code})."}
    if response.status_code == 201:
        return HandedIn(key, response.status_code, replayed, answer=told)
    return HandedIn(key, response.status_code, replayed, problem=told)
