"""Sends the demonstration's appeals to intake over HTTP, each at its time, and keeps every receipt."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kit.clock import Clock
from vahid.demo.population import DemoAppeal

CONCURRENCY = 8
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0


class Driver:
    """`keys` are API keys by channel. What intake accepted is appended to `receipts` (JSON Lines)."""

    def __init__(self, intake_url: str, keys: Mapping[str, str], clock: Clock, receipts: Path) -> None:
        self._url = f"{intake_url}/v1/appeals"
        self._keys = keys
        self._clock = clock
        self._receipts = receipts
        self.accepted: list[dict[str, Any]] = []

    async def send(
        self, appeals: Sequence[DemoAppeal], told: Callable[[int], None] = lambda count: None
    ) -> list[dict[str, Any]]:
        """Send all, each when its time has come, again and again until intake answers; return the receipts.

        Raises:
            httpx.HTTPStatusError: intake refused an appeal.
        """
        start = self._clock.now()
        places = asyncio.Semaphore(CONCURRENCY)
        async with httpx.AsyncClient(timeout=10) as client, asyncio.TaskGroup() as group:
            for appeal in appeals:
                await self._wait_until(start + appeal.after)
                await places.acquire()
                task = group.create_task(self._send(client, appeal))
                task.add_done_callback(lambda _: places.release())
                task.add_done_callback(lambda _: told(len(self.accepted)))
        return self.accepted

    async def _wait_until(self, business: datetime) -> None:
        seconds = (self._clock.real(business) - datetime.now(UTC)).total_seconds()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _send(self, client: httpx.AsyncClient, appeal: DemoAppeal) -> None:
        headers = {
            "Authorization": f"Bearer {self._keys[appeal.channel]}",
            "Idempotency-Key": appeal.key,
        }
        wait = FIRST_WAIT
        while True:
            try:
                answer = await client.post(self._url, json=appeal.body, headers=headers)
            except httpx.TransportError:  # the same key makes another try safe
                answer = None
            if answer is not None and answer.status_code < 500:
                break
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        answer.raise_for_status()
        self._keep(appeal, answer.json())

    def _keep(self, appeal: DemoAppeal, receipt: dict[str, Any]) -> None:
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
