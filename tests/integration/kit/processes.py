"""Processes that die on purpose."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kit.failpoints import VARIABLE


@asynccontextmanager
async def started(*arguments: str, failpoints: Path) -> AsyncIterator[Process]:
    """The crashing process with its failpoints' folder; killed at the end, if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.kit.crashing_process",
        *arguments,
        env=os.environ | {VARIABLE: str(failpoints)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: Process) -> int:
    """The exit code; the negative signal number where a signal ended it."""
    return await asyncio.wait_for(process.wait(), 60)
