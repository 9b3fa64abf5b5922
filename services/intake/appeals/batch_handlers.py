"""A batch of appeals over HTTP: each is checked and accepted alone, and has its result after its commit.

Rules, sealing, receipts, idempotency and transaction are those of a single appeal; a batch saves requests.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from kit import tracing
from kit.api_keys import bearer
from kit.http_headers import CONTENT_TYPE
from kit.http_openapi import NEEDS_A_KEY, NEEDS_SERVERS, Refusals, answers
from kit.http_problems import from_unhandled, unsupported_media_type
from kit.problem import Problem
from schemas.actors import Actor
from services.intake.appeals.acceptance import SubmittedAppeal
from services.intake.appeals.batch import MEDIA_TYPE, BatchLine, BatchResult, batch_lines, encoded
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.earlier_receipt import states_receipt
from services.intake.appeals.handlers import IntakeDependencies, authorized, submitted_appeal
from services.intake.appeals.openapi import with_batch
from services.intake.appeals.responses import refusal
from services.intake.appeals.storage import AppealOutcome
from services.intake.channels import EVERY_SCOPE, Authorization, channel_of
from services.intake.idempotency import Accepted, Replayed, accepted
from services.intake.metrics import APPEALS

PATH = "/v1/appeals/batch"
_REFUSED: Refusals = {
    400: ("batch.empty", "content_cut_off"),
    408: ("content_too_slow",),
    413: ("batch.too_many",),
    415: ("unsupported_media_type",),
}
_RESULTS = {
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    "description": "A line (BatchResult, JSON) for each appeal, in order.",
}
_YIELD_EVERY = 25
"""Appeals that are checked before other tasks may run."""


@dataclass(frozen=True)
class BatchLimits:
    """Appeals in a batch, and bytes of one of them."""

    count: int
    line: int


def batch_routes(intake: IntakeDependencies, limits: BatchLimits) -> APIRouter:
    """The route of batches."""
    router = APIRouter()

    @router.post(
        PATH,
        response_class=Response,
        responses={**answers(NEEDS_A_KEY, NEEDS_SERVERS, _REFUSED), 200: _RESULTS},
        summary="Submit many appeals, each with a result of its own",
        operation_id="submitBatch",
        tags=["appeals"],
        openapi_extra=with_batch(),
    )
    async def post_batch(request: Request, authorization: Authorization = None) -> Response:
        token = bearer(authorization)
        await intake.api_keys.authenticate(token, *EVERY_SCOPE)
        if request.headers.get(CONTENT_TYPE, "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise unsupported_media_type(MEDIA_TYPE)
        lines = batch_lines(await request.body(), count_limit=limits.count, line_limit=limits.line)
        results = await _received(intake, token, lines)
        return Response(encoded(results, tracing.trace_id(tracing.current())), media_type=MEDIA_TYPE)

    return router


async def _received(
    intake: IntakeDependencies, token: str | None, lines: Sequence[BatchLine | Problem]
) -> list[BatchResult]:
    callers = _Callers(intake, token)
    checked: list[SubmittedAppeal | Problem] = []
    for line in lines:
        checked.append(line if isinstance(line, Problem) else await _checked(intake, callers, line))
        if len(checked) % _YIELD_EVERY == 0:
            await asyncio.sleep(0)
    submitted = [appeal for appeal in checked if not isinstance(appeal, Problem)]
    outcomes = iter(await intake.reception.receive_all(submitted))
    results = [appeal if isinstance(appeal, Problem) else _result(next(outcomes)) for appeal in checked]
    _count(lines, results)
    return results


class _Callers:
    """The caller for each channel, with earlier receipts or without, authenticated once each."""

    def __init__(self, intake: IntakeDependencies, token: str | None) -> None:
        self._intake = intake
        self._token = token
        self._known: dict[tuple[str | None, bool], Actor] = {}

    async def of(self, appeal: Mapping[str, Any]) -> Actor:
        """Raises Problem: 403 `forbidden`: the key is not one for such an appeal."""
        kind = channel_of(appeal), states_receipt(appeal)
        if kind not in self._known:
            self._known[kind] = await authorized(self._intake, self._token, appeal)
        return self._known[kind]


async def _checked(
    intake: IntakeDependencies, callers: _Callers, line: BatchLine
) -> SubmittedAppeal | Problem:
    try:
        actor = await callers.of(line.appeal)
        return submitted_appeal(intake, actor, line.key, line.appeal)
    except AppealRefused as refused:
        return refusal(refused)
    except Problem as problem:
        return problem


def _result(outcome: AppealOutcome | Exception) -> BatchResult:
    """The failure of one appeal, expected or not, is its own result: the others stand."""
    if isinstance(outcome, AppealRefused):
        return refusal(outcome)
    if isinstance(outcome, Exception):
        return from_unhandled(outcome)
    try:
        return accepted(outcome)
    except Problem as problem:
        return problem


def _count(lines: Sequence[BatchLine | Problem], results: Sequence[BatchResult]) -> None:
    channels = (None if isinstance(line, Problem) else channel_of(line.appeal) for line in lines)
    seen = Counter(
        (channel or "unknown", _label(result)) for channel, result in zip(channels, results, strict=True)
    )
    for labels, number in seen.items():
        APPEALS.labels(*labels).inc(number)


def _label(result: BatchResult) -> str:
    match result:
        case Accepted():
            return "accepted"
        case Replayed():
            return "replayed"
        case Problem(status=409):
            return "conflict"
        case Problem(status=status):
            return "unavailable" if status >= 500 else "refused"
