"""The door for many appeals at once: each is judged, accepted and answered alone, after its commit.

It is the single door's rules, sealing, receipts, idempotency and transaction; what is saved is the request.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from kit import tracing
from kit.api_keys import bearer
from kit.http_problems import from_unhandled, unsupported_media_type
from kit.problem import Problem
from schemas.actors import Actor
from services.intake.appeals import acceptance
from services.intake.appeals.batch import MEDIA_TYPE, Entry, encoded, entries
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.handlers import (
    EVERY_SCOPE,
    Authorization,
    IntakeDependencies,
    channel_of,
    request_of,
)
from services.intake.appeals.responses import accepted, refusal
from services.intake.appeals.storage import Accepted, Outcome, Replayed
from services.intake.metrics import APPEALS
from services.intake.openapi import batch_body

PATH = "/v1/appeals/batch"
_YIELD_EVERY = 25
"""Appeals that are judged before other requests get their turn."""

Result = Accepted | Replayed | Problem


@dataclass(frozen=True)
class BatchLimits:
    """Appeals in a request, and bytes of one of them."""

    count: int
    line: int


def batch_routes(intake: IntakeDependencies, limits: BatchLimits) -> APIRouter:
    """The route of the batch door."""
    router = APIRouter()

    @router.post(
        PATH,
        response_class=Response,
        responses={200: {"content": {MEDIA_TYPE: {}}, "description": "A line a result, in order."}},
        summary="Hand in many appeals, each with a result of its own",
        openapi_extra={"requestBody": batch_body()},
    )
    async def post_batch(request: Request, authorization: Authorization = None) -> Response:
        token = bearer(authorization)
        await intake.api_keys.authenticate(token, *EVERY_SCOPE)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise unsupported_media_type(MEDIA_TYPE)
        read = entries(await request.body(), count_limit=limits.count, line_limit=limits.line)
        results = await _received(intake, token, read)
        return Response(encoded(results, tracing.trace_id(tracing.current())), media_type=MEDIA_TYPE)

    return router


async def _received(
    intake: IntakeDependencies, token: str | None, read: Sequence[Entry | Problem]
) -> list[Result]:
    callers = _Callers(intake, token)
    checked: list[acceptance.Request | Problem] = []
    for entry in read:
        checked.append(entry if isinstance(entry, Problem) else await _checked(intake, callers, entry))
        if len(checked) % _YIELD_EVERY == 0:
            await asyncio.sleep(0)
    requests = [one for one in checked if not isinstance(one, Problem)]
    outcomes = iter(await intake.reception.receive_all(requests))
    results = [one if isinstance(one, Problem) else _result(next(outcomes)) for one in checked]
    _count(read, results)
    return results


class _Callers:
    """Who calls, for each channel that the batch names: asked once each."""

    def __init__(self, intake: IntakeDependencies, token: str | None) -> None:
        self._intake = intake
        self._token = token
        self._known: dict[str | None, Actor] = {}

    async def of(self, channel: str | None) -> Actor:
        """Raises Problem: 403 `forbidden`: the key is not one of that channel."""
        if channel not in self._known:
            scopes = (f"intake:{channel}",) if channel else EVERY_SCOPE
            self._known[channel] = await self._intake.api_keys.authenticate(self._token, *scopes)
        return self._known[channel]


async def _checked(
    intake: IntakeDependencies, callers: _Callers, entry: Entry
) -> acceptance.Request | Problem:
    try:
        actor = await callers.of(channel_of(entry.body))
        return request_of(intake, actor, entry.key, entry.body)
    except AppealRefused as refused:
        return refusal(refused)
    except Problem as problem:
        return problem


def _result(outcome: Outcome | Exception) -> Result:
    """One appeal's failure, also one that nobody foresaw, is told as its own: the others stand."""
    if isinstance(outcome, AppealRefused):
        return refusal(outcome)
    if isinstance(outcome, Exception):
        return from_unhandled(outcome)
    try:
        return accepted(outcome)
    except Problem as problem:
        return problem


def _count(read: Sequence[Entry | Problem], results: Sequence[Result]) -> None:
    channels = (None if isinstance(entry, Problem) else channel_of(entry.body) for entry in read)
    seen = Counter(
        (channel or "unknown", _word(result)) for channel, result in zip(channels, results, strict=True)
    )
    for labels, number in seen.items():
        APPEALS.labels(*labels).inc(number)


def _word(result: Result) -> str:
    match result:
        case Accepted():
            return "accepted"
        case Replayed():
            return "replayed"
        case Problem(status=409):
            return "conflict"
        case Problem(status=status):
            return "unavailable" if status >= 500 else "refused"
