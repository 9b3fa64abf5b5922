"""Sends the demonstration's appeals to intake over HTTP, each at its time, and keeps every receipt."""

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
    """`keys` are API keys by channel. What intake accepted is appended to `receipts` (JSON Lines)."""

    def __init__(self, intake_url: str, keys: Mapping[str, str], clock: Clock, receipts: Path) -> None:
        self._url = intake_url
        self._keys = keys
        self._clock = clock
        self._receipts = receipts
        self.accepted: list[dict[str, Any]] = []

    async def send(
        self,
        appeals: Sequence[DemoAppeal],
        told: Callable[[int], None] = lambda count: None,
        opening: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Send all, each when its time has come, again and again until intake answers; return the receipts.

        Their times count from `opening` (business time), or from now where that is past or none.

        Raises:
            PermanentError: `demo.refused`: intake refused an appeal.
            TransientError: intake could not be reached for ten minutes.
        """
        now = self._clock.now()
        start = max(now, opening or now)
        places = asyncio.Semaphore(CONCURRENCY)
        async with (
            intake_session(self._url, seconds=SILENCE_SECONDS) as session,
            asyncio.TaskGroup() as group,
        ):
            for appeal in appeals:
                await self._wait_until(start + appeal.after)
                await places.acquire()
                task = group.create_task(self._send(session, appeal))
                task.add_done_callback(lambda _: places.release())
                task.add_done_callback(lambda _: told(len(self.accepted)))
        return self.accepted

    async def _wait_until(self, business: datetime) -> None:
        seconds = (self._clock.real(business) - datetime.now(UTC)).total_seconds()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _send(self, session: IntakeSession, appeal: DemoAppeal) -> None:
        result = await submit_appeal(
            session, appeal.body, key=appeal.key, api_key=self._keys[appeal.channel], within=PATIENCE_SECONDS
        )
        if result.answer is None:
            problem = result.problem or {}
            raise PermanentError("demo.refused", f"Intake refused {appeal.key}: {problem.get('detail')}")
        self._keep(appeal, result.answer)

    def _keep(self, appeal: DemoAppeal, receipt: Mapping[str, Any]) -> None:
        entry = {
            **receipt,
            "key": appeal.key,
            "channel": appeal.channel,
            "services": appeal.body.get("services", []),
            "meant": appeal.meant,
            "notice": appeal.body["notice"],
            "phone": appeal.body["applicant"].get("phone"),
            "email": appeal.body["applicant"].get("email"),
        }
        self.accepted.append(entry)
        with self._receipts.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
