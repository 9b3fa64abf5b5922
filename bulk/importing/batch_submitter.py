"""Submits rows to intake in batches, again until each has a result: the keys make repeating safe."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bulk.intake_client import FIRST_PAUSE, LONGEST_PAUSE, REMEDY, SubmissionResult
from bulk.intake_session import TRANSIENT, IntakeResponse, IntakeSession, Unanswered
from kit.errors import PermanentError, TransientError
from kit.http_headers import CONTENT_TYPE

_PATH = "/v1/appeals/batch"


@dataclass(frozen=True)
class KeyedAppeal:
    """An appeal under its idempotency key."""

    key: str
    appeal: Mapping[str, Any]


class BatchSubmitter:
    """Submits batches under `api_key`. `patience`: seconds to wait for an intake that takes nothing."""

    def __init__(self, session: IntakeSession, api_key: str, patience: float) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {api_key}", CONTENT_TYPE: "application/x-ndjson"}
        self._patience = patience

    async def submit(self, appeals: Sequence[KeyedAppeal]) -> list[SubmissionResult]:
        """The result of each, in order. What intake cannot take now is sent again, with growing pauses.

        Raises:
            TransientError: `intake.unreachable`: no appeal got a result within `patience`.
            PermanentError: `intake.refused`: intake refuses the request as a whole.
        """
        results: dict[int, SubmissionResult] = {}
        pause, deadline = FIRST_PAUSE, self._deadline()
        while missing := [place for place in range(len(appeals)) if place not in results]:
            settled, reason = await self._ask([appeals[place] for place in missing])
            results |= {missing[number]: result for number, result in settled.items()}
            if settled:
                pause, deadline = FIRST_PAUSE, self._deadline()
            elif asyncio.get_running_loop().time() + pause > deadline:
                raise self._unreachable(reason)
            if len(results) < len(appeals):
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        return [results[place] for place in range(len(appeals))]

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._patience

    async def _ask(self, appeals: Sequence[KeyedAppeal]) -> tuple[dict[int, SubmissionResult], str]:
        """The results, by the appeal's number, and why there is none for the others."""
        content = b"".join(map(_line, appeals))
        try:
            response = await self._session.post(_PATH, content, self._headers)
        except Unanswered as unanswered:
            return {}, unanswered.reason
        if response.status != 200:
            raise _refused(response)
        lines = [json.loads(line) for line in response.content.splitlines()]
        if len(lines) != len(appeals):
            raise PermanentError("intake.answer", "Intake sent another number of results than appeals.")
        results = [_result(appeal.key, line) for appeal, line in zip(appeals, lines, strict=True)]
        settled = {number: result for number, result in enumerate(results) if result.status not in TRANSIENT}
        return settled, "it answers 503"

    def _unreachable(self, reason: str) -> TransientError:
        message = f"Intake at {self._session.url} took nothing for {self._patience:g} s ({reason})."
        return TransientError("intake.unreachable", message, remedy=REMEDY)


def _line(appeal: KeyedAppeal) -> bytes:
    line = {"idempotency_key": appeal.key, "appeal": appeal.appeal}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _result(key: str, line: Mapping[str, Any]) -> SubmissionResult:
    return SubmissionResult(
        key, line["status"], line.get("replayed", False), line.get("response"), line.get("problem")
    )


def _refused(response: IntakeResponse) -> PermanentError:
    try:
        problem = response.document()
    except ValueError:
        problem = {}
    message = f"Intake refuses the import (HTTP {response.status}). {problem.get('detail', '')}".strip()
    return PermanentError("intake.refused", message, remedy=problem.get("remedy", ""))
