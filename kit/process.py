"""Running the tasks of a process, and ending it."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NoReturn

import structlog

from kit import tracing
from kit.errors import PermanentError, VahidError

_log = structlog.get_logger()
_GRACE = 15.0
_YOUNG_OBJECTS = 5_000
"""New objects after which the garbage collector runs: seldom, as requests and messages leave few cycles."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a service's main task to its end, on uvloop where that is installed; then the process ends.

    What was imported by now lives as long as the process: the garbage collector skips it from here on.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    try:
        if find_spec("uvloop") is None:  # there is none for some platforms
            asyncio.run(main)
        else:
            import uvloop

            uvloop.run(main)
    except SystemExit as ended:
        _leave(int(ended.code or 0))
    _leave(0)


def _leave(status: int) -> NoReturn:
    """End the process without the interpreter's own shutdown; everything is closed and written by now.

    That shutdown sometimes aborts: the HTTP server's threads, which no call waits for, may still call back.
    """
    tracing.provider().shutdown()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


async def run_until_stopped(*tasks: Coroutine[Any, Any, object], stop: asyncio.Event) -> None:
    """Run all tasks until `stop` is set; SIGTERM and SIGINT set it. Each task returns then.

    A task that fails, or returns before `stop` is set, stops the others. A second signal, or 15 seconds,
    ends those that do not stop by themselves.

    Raises:
        SystemExit: 1, after a line in the log that says what failed.
    """
    running = [asyncio.create_task(task) for task in tasks]
    with _signals(stop, running):
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
        early = [] if stop.is_set() else [task for task in running if task.done()]
        stop.set()
        await stopping
        await _finish(running)
    failures = [error for task in running if (error := _failure(task, task in early)) is not None]
    for error in failures:
        _report(error)
    if forced := sum(task.cancelled() for task in running):
        _log.warning("process.stopped_by_force", tasks=forced)
    if failures or forced:
        raise SystemExit(1)
    _log.info("process.stopped")


@contextmanager
def _signals(stop: asyncio.Event, running: Sequence[asyncio.Task[object]]) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def on_signal(name: str) -> None:
        _log.info("process.stopping", signal=name)
        if stop.is_set():
            for task in running:
                task.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number.name)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _finish(running: Sequence[asyncio.Task[object]]) -> None:
    """Wait for the tasks to stop; cancel those that are late."""
    _, late = await asyncio.wait(running, timeout=_GRACE)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def _failure(task: asyncio.Task[object], early: bool) -> BaseException | None:
    if task.cancelled():
        return None
    error = task.exception()
    if error is None and early:
        name = getattr(task.get_coro(), "__qualname__", "a task")
        return PermanentError("task_ended", f"{name} ended although nobody stopped it.")
    return error


def _report(error: BaseException) -> None:
    if isinstance(error, VahidError):
        _log.critical("process.failed", code=error.code, message=error.message, remedy=error.remedy)
    else:
        _log.critical("process.failed", code="unexpected", exc_info=error)
