"""Gives cases to a design and plays the agencies: each request is taken, then two statuses are signalled."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request

from benchmarks.peers.designs import Design
from benchmarks.peers.work import STATUSES, STEPS
from kit.http import create_app

AT_ONCE = 32
"""Cases under way at once: enough that two cores never wait for one case's batches."""
LIMIT_SECONDS = 300.0

_AGENCY = dict(STEPS)


class Driver:
    """One driver for all designs. `app` is the agencies' system; it answers at once and then speaks."""

    def __init__(self) -> None:
        self._design: Design | None = None
        self._speaking: set[asyncio.Task[None]] = set()
        self._silent: dict[str, asyncio.Event] = {}
        self.app = self._application()

    async def run(self, design: Design, count: int, told: Callable[[int], None]) -> float:
        """Have `count` cases answered, `AT_ONCE` at a time; the seconds it took. `told` hears of each.

        Raises:
            TimeoutError: not all were answered in five minutes.
        """
        self._design = design
        began = time.monotonic()
        async with asyncio.timeout(LIMIT_SECONDS):
            await _at_once(count, lambda: self._case(design), told)
        return time.monotonic() - began

    async def open(self, design: Design, count: int, told: Callable[[int], None]) -> list[str]:
        """Have `count` cases opened, whose agency takes the first assignment and says nothing; their ids."""
        self._design = design
        opened: list[str] = []

        async def one() -> None:
            opened.append(await self._open(design))

        await _at_once(count, one, told)
        return opened

    async def _case(self, design: Design) -> None:
        case_id = str(uuid.uuid4())
        await design.begin(case_id)
        await design.answered(case_id)

    async def _open(self, design: Design) -> str:
        case_id = str(uuid.uuid4())
        taken = self._silent[case_id] = asyncio.Event()
        await design.begin(case_id)
        await taken.wait()
        return case_id

    def _application(self) -> FastAPI:
        async def ready() -> dict[str, bool]:
            return {}

        app = create_app("bodies", ready)

        @app.post("/assignments")
        async def take(request: Request) -> dict[str, Any]:
            assignment = await request.json()
            reference = f"{assignment['case_id'][:8]}-{assignment['step']}"
            if assignment["case_id"] in self._silent:
                self._silent[assignment["case_id"]].set()
                return {"reference": reference}
            task = asyncio.create_task(self._speak(assignment["case_id"], assignment["step"], reference))
            self._speaking.add(task)
            task.add_done_callback(self._speaking.discard)
            return {"reference": reference}

        return app

    async def _speak(self, case_id: str, step: str, reference: str) -> None:
        assert self._design is not None
        for status in STATUSES:
            await self._design.tell(case_id, step, _AGENCY[step], status, reference)


async def _at_once(count: int, one: Callable[[], Awaitable[None]], told: Callable[[int], None]) -> None:
    """Do `one` `count` times, `AT_ONCE` at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def in_place() -> None:
        try:
            await one()
        finally:
            places.release()
        told(1)

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            await places.acquire()
            group.create_task(in_place())
