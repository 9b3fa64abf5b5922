"""Drives cases through a design and plays the agencies: each takes an assignment, then sends two statuses."""

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
"""Cases under way at once: enough to keep two cores busy."""
LIMIT_SECONDS = 300.0

_AGENCY = dict(STEPS)


class Driver:
    """One driver for all designs. `app` is the agencies' system: it answers at once and reports later."""

    def __init__(self) -> None:
        self._design: Design | None = None
        self._reporting: set[asyncio.Task[None]] = set()
        self._silent: dict[str, asyncio.Event] = {}
        self.app = self._application()

    async def run(self, design: Design, count: int, on_progress: Callable[[int], None]) -> float:
        """Have `count` cases answered, `AT_ONCE` at a time; return the seconds it took.

        Raises:
            TimeoutError: not all were answered in five minutes.
        """
        self._design = design
        began = time.monotonic()
        async with asyncio.timeout(LIMIT_SECONDS):
            await _at_once(count, lambda: self._case(design), on_progress)
        return time.monotonic() - began

    async def open(self, design: Design, count: int, on_progress: Callable[[int], None]) -> list[str]:
        """Open `count` cases whose agency takes its assignment and reports nothing; return their ids."""
        self._design = design
        opened: list[str] = []

        async def open_one() -> None:
            opened.append(await self._open(design))

        await _at_once(count, open_one, on_progress)
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

        app = create_app("agencies", ready)

        @app.post("/assignments")
        async def take(request: Request) -> dict[str, Any]:
            assignment = await request.json()
            reference = f"{assignment['case_id'][:8]}-{assignment['step']}"
            if assignment["case_id"] in self._silent:
                self._silent[assignment["case_id"]].set()
                return {"reference": reference}
            task = asyncio.create_task(self._report(assignment["case_id"], assignment["step"], reference))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)
            return {"reference": reference}

        return app

    async def _report(self, case_id: str, step: str, reference: str) -> None:
        assert self._design is not None
        for status in STATUSES:
            await self._design.report(case_id, step, _AGENCY[step], status, reference)


async def _at_once(
    count: int, action: Callable[[], Awaitable[None]], on_progress: Callable[[int], None]
) -> None:
    """Do `action` `count` times, `AT_ONCE` at a time."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def in_slot() -> None:
        try:
            await action()
        finally:
            slots.release()
        on_progress(1)

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            await slots.acquire()
            group.create_task(in_slot())
