"""Hands rows in at intake's batch door, again until each has an answer: the keys make repeating safe."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bulk.intake_client import FIRST_PAUSE, LONGEST_PAUSE, TRANSIENT
from kit.errors import PermanentError, TransientError

_PATH = "/v1/appeals/batch"
_HEADERS = {"Content-Type": "application/x-ndjson"}


@dataclass(frozen=True)
class Offer:
    """An appeal under its idempotency key."""

    key: str
    appeal: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What intake said of one appeal: `answer` if it accepts, now or before (`replayed`), else `problem`."""

    replayed: bool = False
    answer: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None


class Sender:
    """Hands batches in. `client` has intake's address and the API key; `patience` is in seconds."""

    def __init__(self, client: httpx.AsyncClient, patience: float) -> None:
        self._client = client
        self._patience = patience

    async def send(self, offers: Sequence[Offer]) -> list[Told]:
        """What intake said of each, in order. What it cannot take now is offered again, with growing pauses.

        Raises:
            TransientError: `intake.unreachable`: no appeal got an answer within `patience`.
            PermanentError: `intake.refused`: intake refuses the request as a whole.
        """
        told: dict[int, Told] = {}
        pause, deadline = FIRST_PAUSE, self._deadline()
        while missing := [place for place in range(len(offers)) if place not in told]:
            answered, reason = await self._ask([offers[place] for place in missing])
            new = {missing[number]: one for number, one in answered.items()}
            told |= new
            if new:
                pause, deadline = FIRST_PAUSE, self._deadline()
            elif asyncio.get_running_loop().time() + pause > deadline:
                raise self._unreachable(reason)
            if len(told) < len(offers):
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        return [told[place] for place in range(len(offers))]

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._patience

    async def _ask(self, offers: Sequence[Offer]) -> tuple[dict[int, Told], str]:
        """What intake said, by the offer's number, and why it said nothing of the others."""
        content = b"".join(map(_line, offers))
        try:
            response = await self._client.post(_PATH, content=content, headers=_HEADERS)
        except httpx.TransportError as error:
            return {}, type(error).__name__
        if response.status_code in TRANSIENT:
            return {}, f"it answers {response.status_code}"
        if response.status_code != 200:
            raise _refused(response)
        lines = [json.loads(line) for line in response.content.splitlines()]
        if len(lines) != len(offers):
            raise PermanentError(
                "intake.answer", "Intake answered with another number of results than asked."
            )
        settled = {n: _told(one) for n, one in enumerate(lines) if one["status"] not in TRANSIENT}
        return settled, "it answers 503"

    def _unreachable(self, reason: str) -> TransientError:
        message = f"Intake at {self._client.base_url} took nothing for {self._patience:g} s ({reason})."
        return TransientError("intake.unreachable", message, remedy="Is it running? See `vahid status`.")


def _line(offer: Offer) -> bytes:
    line = {"idempotency_key": offer.key, "appeal": offer.appeal}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told(result: Mapping[str, Any]) -> Told:
    return Told(result.get("replayed", False), result.get("answer"), result.get("problem"))


def _refused(response: httpx.Response) -> PermanentError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    message = f"Intake refuses the import (HTTP {response.status_code}). {problem.get('detail', '')}".strip()
    return PermanentError("intake.refused", message, remedy=problem.get("remedy", ""))
