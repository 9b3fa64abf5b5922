"""Submits appeals to intake, as a channel does: each under its key, repeated until intake responds."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from bulk.intake_session import IntakeResponse, IntakeSession, Unanswered
from kit.canonical_json import canonical_json
from kit.errors import PermanentError, TransientError
from kit.foreign_json import ForeignJsonError, read_json
from kit.http_headers import CONTENT_TYPE, IDEMPOTENCY_KEY

ANSWERED_WITHIN = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
REMEDY = "Check with `vahid status` that it is running."


@dataclass(frozen=True)
class SubmissionResult:
    """The outcome of a submission: `response` if it is accepted, now or before (`replayed`), else `problem`.

    `status` is the HTTP status, `problem` as in RFC 9457.
    """

    key: str
    status: int
    replayed: bool = False
    response: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None


def read_appeals(text: str) -> list[dict[str, Any]]:
    """The appeals in a file: one JSON object, a list of them, or JSON Lines.

    Raises:
        PermanentError: `file.invalid`, with the line; the content is not repeated.
    """
    try:
        whole = read_json(text)
        appeals = whole if isinstance(whole, list) else [whole]
    except ForeignJsonError as error:
        appeals = _lines(text, error)
    if not appeals:
        raise PermanentError("file.invalid", "The file holds no appeal.")
    for number, appeal in enumerate(appeals, 1):
        if not isinstance(appeal, dict):
            raise PermanentError("file.invalid", f"Entry {number} is not a JSON object.")
    return appeals


def _lines(text: str, whole: ForeignJsonError) -> list[Any]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) < 2:
        raise PermanentError("file.invalid", f"Line {_line_of(text, whole)} is not JSON: {whole.reason}.")
    appeals = []
    for number, line in lines:
        try:
            appeals.append(read_json(line))
        except ForeignJsonError as error:
            # A file whose first line is no appeal of its own is one broken document, not JSON Lines.
            at, what = (number, error.reason) if appeals else (_line_of(text, whole), whole.reason)
            raise PermanentError("file.invalid", f"Line {at} is not JSON: {what}.") from None
    return appeals


def _line_of(text: str, error: ForeignJsonError) -> int:
    return text.count("\n", 0, error.position) + 1


def key_of(appeal: Mapping[str, Any], api_key: str) -> str:
    """An idempotency key that follows from the content: the same appeal again is the same appeal.

    The API key keys it, so that it discloses nothing of the content.
    """
    try:
        content = canonical_json(dict(appeal))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):  # intake refuses it, and says why
        content = json.dumps(appeal, sort_keys=True).encode()
    return "content-" + hmac.new(api_key.encode(), content, hashlib.sha256).hexdigest()


def keys_for(given: str | None, appeals: Sequence[Mapping[str, Any]], api_keys: Sequence[str]) -> list[str]:
    """The idempotency key of each appeal: the given one (numbered when there are several), or by content."""
    if given is None:
        return [key_of(appeal, api_key) for appeal, api_key in zip(appeals, api_keys, strict=True)]
    return [given] if len(appeals) == 1 else [f"{given}-{number}" for number in range(1, len(appeals) + 1)]


async def submit_appeal(
    session: IntakeSession,
    appeal: Mapping[str, Any],
    *,
    key: str,
    api_key: str,
    within: float = ANSWERED_WITHIN,
) -> SubmissionResult:
    """Submit `appeal`; while intake cannot be reached or is unavailable, again, with pauses that grow.

    The key makes repeating safe.

    Raises:
        TransientError: `intake.unreachable`: no answer within `within` seconds.
    """
    headers = {**authorization(api_key, key), CONTENT_TYPE: "application/json"}
    content = _encoded(appeal)
    return await until_answered(session, key, lambda: session.post("/v1/appeals", content, headers), within)


def authorization(api_key: str, key: str) -> dict[str, str]:
    """The headers by which intake knows the channel and a repeated request."""
    return {"Authorization": f"Bearer {api_key}", IDEMPOTENCY_KEY: key}


def _encoded(appeal: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(appeal, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:  # half a surrogate pair, or no number: intake refuses it, and says why
        return json.dumps(appeal).encode()


async def until_answered(
    session: IntakeSession, key: str, send: Callable[[], Awaitable[IntakeResponse]], within: float
) -> SubmissionResult:
    """The result of the request that `send` makes under idempotency key `key`, as often as it takes.

    Raises:
        TransientError: `intake.unreachable`: no answer within `within` seconds.
    """
    pause, deadline = FIRST_PAUSE, asyncio.get_running_loop().time() + within
    while True:
        try:
            return _result(key, await send())
        except Unanswered as unanswered:
            reason = unanswered.reason
        if asyncio.get_running_loop().time() + pause > deadline:
            message = f"Intake at {session.url} gave no answer within {within:g} s ({reason})."
            raise TransientError("intake.unreachable", message, remedy=REMEDY)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _result(key: str, response: IntakeResponse) -> SubmissionResult:
    try:
        document = response.document()
    except ValueError:
        document = {"detail": f"The answer is not JSON (HTTP {response.status})."}
    if response.status == 201:
        return SubmissionResult(key, response.status, response.replayed, response=document)
    return SubmissionResult(key, response.status, response.replayed, problem=document)
