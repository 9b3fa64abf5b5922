"""The shape of a process, on real resources and tasks of the test's own, without servers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kit.service import Service, Task


@asynccontextmanager
async def resource(name: str, log: list[str]) -> AsyncIterator[str]:
    log.append(f"open {name}")
    try:
        yield name
    finally:
        log.append(f"close {name}")


@asynccontextmanager
async def broken() -> AsyncIterator[None]:
    raise ConnectionRefusedError
    yield


def task(name: str, log: list[str]) -> Task:
    async def run(stop: asyncio.Event) -> None:
        log.append(f"run {name}")
        await stop.wait()
        log.append(f"end {name}")

    return run


def told_to_stop(when: Callable[[], Coroutine[Any, Any, None]]) -> Task:
    """A task that sends the process SIGTERM, as an operator does, after `when`."""

    async def run(stop: asyncio.Event) -> None:
        await when()
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()

    return run


async def at_once() -> None:
    await asyncio.sleep(0)


async def test_resources_close_in_reverse_order_when_a_later_one_does_not_open() -> None:
    log: list[str] = []
    with pytest.raises(ConnectionRefusedError):
        async with Service("test") as service:
            await service.open(resource("database", log))
            await service.open(resource("producer", log))
            await service.open(broken())
    assert log == ["open database", "open producer", "close producer", "close database"]


async def test_tasks_end_before_resources_close() -> None:
    log: list[str] = []
    async with Service("test") as service:
        await service.open(resource("database", log))

        async def drain() -> None:
            log.append("drain")

        service.on_close(drain)
        service.tasks(task("relay", log), told_to_stop(at_once))
        await service.run("127.0.0.1", 0)
    assert log == ["open database", "run relay", "end relay", "drain", "close database"]


async def test_a_task_that_fails_ends_the_others_and_closes_the_resources() -> None:
    log: list[str] = []

    async def fails(_: asyncio.Event) -> None:
        raise ValueError

    with pytest.raises(SystemExit) as ended:
        async with Service("test") as service:
            await service.open(resource("database", log))
            service.tasks(task("relay", log), fails)
            await service.run("127.0.0.1", 0)
    assert ended.value.code == 1
    assert log == ["open database", "run relay", "end relay", "close database"]


async def test_a_part_is_not_ready_until_its_task_says_so() -> None:
    started = asyncio.Event()
    seen: list[dict[str, bool]] = []
    async with Service("test") as service:

        async def answers() -> bool:
            return True

        async def connects(stop: asyncio.Event) -> None:
            seen.append(await service.ready())
            started.set()
            seen.append(await service.ready())
            await stop.wait()

        service.checks(database=answers, temporal=started.is_set)
        service.tasks(connects, told_to_stop(at_once))
        await service.run("127.0.0.1", 0)
    assert seen == [{"database": True, "temporal": False}, {"database": True, "temporal": True}]
