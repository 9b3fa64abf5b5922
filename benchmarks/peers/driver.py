"""Gives cases to a design and plays the bodies: each request is taken, then two statuses are signalled."""

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request

from benchmarks.peers.designs import Design
from benchmarks.peers.work import STATUSES, STEPS
from kit.http import create_app

AT_ONCE = 32
"""Cases under way at once: enough that two cores never wait for one case's turns."""
LIMIT_SECONDS = 300.0

_AGENCY = dict(STEPS)


class Driver:
    """One driver for all designs. `app` is the bodies' system; it answers at once and then speaks."""

    def __init__(self) -> None:
        self._design: Design | None = None
        self._speaking: set[asyncio.Task[None]] = set()
        self.app = self._application()

    async def run(self, design: Design, count: int, told: Callable[[int], None]) -> float:
        """Have `count` cases answered, `AT_ONCE` at a time; the seconds it took. `told` hears of each.

        Raises:
            TimeoutError: not all were answered in five minutes.
        """
        self._design = design
        places = asyncio.Semaphore(AT_ONCE)
        began = time.monotonic()
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
            for _ in range(count):
                await places.acquire()
                task = group.create_task(self._case(design))
                task.add_done_callback(lambda _: places.release())
                task.add_done_callback(lambda _: told(1))
        return time.monotonic() - began

    async def _case(self, design: Design) -> None:
        case_id = str(uuid.uuid4())
        await design.begin(case_id)
        await design.answered(case_id)

    def _application(self) -> FastAPI:
        async def ready() -> dict[str, bool]:
            return {}

        app = create_app("bodies", ready)

        @app.post("/assignments")
        async def take(request: Request) -> dict[str, Any]:
            assignment = await request.json()
            reference = f"{assignment['case_id'][:8]}-{assignment['step']}"
            task = asyncio.create_task(self._speak(assignment["case_id"], assignment["step"], reference))
            self._speaking.add(task)
            task.add_done_callback(self._speaking.discard)
            return {"reference": reference}

        return app

    async def _speak(self, case_id: str, step: str, reference: str) -> None:
        assert self._design is not None
        for status in STATUSES:
            await self._design.tell(case_id, step, _AGENCY[step], status, reference)
