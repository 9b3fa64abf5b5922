"""Sends the demonstration's appeals to intake by HTTP, each at its time, and keeps every receipt."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bulk.intake_client import submit_appeal
from bulk.intake_session import IntakeSession, intake_session
from kit.clock import Clock
from kit.errors import PermanentError
from vahid.demo.population import DemoAppeal

CONCURRENCY = 8
PATIENCE_SECONDS = 600.0
SILENCE_SECONDS = 10.0


class Driver:
    """`keys` are API keys by channel; every accepted appeal is appended to `receipts` (JSON Lines)."""

    def __init__(self, intake_url: str, keys: Mapping[str, str], clock: Clock, receipts: Path) -> None:
        self._url = intake_url
        self._keys = keys
        self._clock = clock
        self._receipts = receipts
        self.accepted: list[dict[str, Any]] = []

    async def send(
        self,
        appeals: Sequence[DemoAppeal],
        on_accepted: Callable[[int], None] = lambda count: None,
        opening: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Send each appeal at its time, repeated until intake answers; return the receipts.

        Times count from `opening` (business time), or from now where that is past or None.

        Raises:
            PermanentError: `demo.refused`: intake refused an appeal.
            TransientError: intake could not be reached for ten minutes.
        """
        now = self._clock.now()
        start = max(now, opening or now)
        slots = asyncio.Semaphore(CONCURRENCY)
        async with (
            intake_session(self._url, seconds=SILENCE_SECONDS) as session,
            asyncio.TaskGroup() as group,
        ):
            for appeal in appeals:
                await self._wait_until(start + appeal.after)
                await slots.acquire()
                task = group.create_task(self._send(session, appeal))
                task.add_done_callback(lambda _: slots.release())
                task.add_done_callback(lambda _: on_accepted(len(self.accepted)))
        return self.accepted

    def intended_service(self, tracking_number: str) -> str | None:
        """The intended service of an accepted appeal; None where it is not accepted yet."""
        return next(
            (
                entry["intended_service"]
                for entry in self.accepted
                if entry["tracking_number"] == tracking_number
            ),
            None,
        )

    async def _wait_until(self, business: datetime) -> None:
        seconds = (self._clock.real(business) - datetime.now(UTC)).total_seconds()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _send(self, session: IntakeSession, appeal: DemoAppeal) -> None:
        result = await submit_appeal(
            session,
            appeal.content,
            key=appeal.key,
            api_key=self._keys[appeal.channel],
            within=PATIENCE_SECONDS,
        )
        if result.response is None:
            problem = result.problem or {}
            raise PermanentError("demo.refused", f"Intake refused {appeal.key}: {problem.get('detail')}")
        self._keep(appeal, result.response)

    def _keep(self, appeal: DemoAppeal, receipt: Mapping[str, Any]) -> None:
        entry = {
            **receipt,
            "key": appeal.key,
            "channel": appeal.channel,
            "services": appeal.content.get("services", []),
            "intended_service": appeal.intended_service,
            "notice": appeal.content["notice"],
            "phone": appeal.content["applicant"].get("phone"),
            "email": appeal.content["applicant"].get("email"),
        }
        self.accepted.append(entry)
        with self._receipts.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
