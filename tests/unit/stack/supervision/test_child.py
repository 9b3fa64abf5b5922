"""A supervised process, with a process of the system in the place of a server."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vahid.stack.home import Home
from vahid.stack.specification import Specification
from vahid.stack.status import ProcessStatus
from vahid.stack.supervision.child import Child

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
_IGNORES = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('ignores', flush=True); time.sleep(600)"
)
IGNORES_SIGTERM = (sys.executable, "-c", _IGNORES)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


class Watched:
    """A child, and a way to wait for a status of it."""

    def __init__(
        self,
        home: Home,
        command: tuple[str, ...],
        ready: Callable[[], bool] = lambda: True,
        limit: float = 15.0,
        niceness: int = 0,
    ) -> None:
        async def probe() -> bool:
            return ready()

        self._changed = asyncio.Event()
        specification = Specification(
            "sleeper", "service", command, "x", probe, stop_limit=limit, niceness=niceness
        )
        self.child = Child(specification, home, {}, self._changed.set, first_backoff=0.01)
        self.child.start()

    async def until(self, condition: Callable[[ProcessStatus], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition(self.child.status()):
                self._changed.clear()
                await self._changed.wait()


async def test_a_killed_process_restarts(home: Home) -> None:
    watched = Watched(home, SLEEPER)
    assert await watched.child.wait_ready(30)
    first = watched.child.status().pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await watched.until(lambda status: status.ready and status.pid != first)
    assert watched.child.status().restarts == 1
    await watched.child.stop()
    assert (watched.child.status().pid, watched.child.status().state) == (None, "stopped")


async def test_a_probe_that_raises_does_not_end_supervision(home: Home) -> None:
    breaks = False

    def ready() -> bool:
        if breaks:
            raise RuntimeError("the server died between the probe and its answer")
        return True

    watched = Watched(home, SLEEPER, ready)
    assert await watched.child.wait_ready(30)
    first = watched.child.status().pid
    assert first is not None
    breaks = True
    os.kill(first, signal.SIGKILL)
    await watched.until(lambda status: status.restarts == 1 and status.pid not in (None, first))
    breaks = False
    await watched.until(lambda status: status.ready)
    await watched.child.stop()


async def test_a_process_that_cannot_start_is_tried_again(home: Home) -> None:
    home.log("sleeper").mkdir(parents=True)  # its log cannot be opened, as on a full disk
    watched = Watched(home, SLEEPER)
    await watched.until(lambda status: status.restarts > 0)
    home.log("sleeper").rmdir()
    await watched.until(lambda status: status.ready)
    await watched.child.stop()


async def test_a_process_that_ignores_sigterm_is_killed(home: Home) -> None:
    watched = Watched(home, IGNORES_SIGTERM, lambda: "ignores" in home.log("sleeper").read_text(), limit=0.2)
    assert await watched.child.wait_ready(30)
    await watched.child.stop()
    assert watched.child.status().state == "stopped"


def _niceness(pid: int) -> tuple[int, str]:
    """The niceness of a process, and that of its session where Linux has one."""
    session = Path(f"/proc/{pid}/autogroup")
    return os.getpriority(os.PRIO_PROCESS, pid), session.read_text().split()[-1] if session.exists() else ""


async def test_a_process_keeps_its_low_priority_after_a_restart(home: Home) -> None:
    usual, watched = Watched(home, SLEEPER), Watched(Home.at(home.root / "other"), SLEEPER, niceness=10)
    for process in (usual, watched):
        assert await process.child.wait_ready(30)
    first, other = watched.child.status().pid, usual.child.status().pid
    assert first is not None and other is not None
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert _niceness(first)[0] == max(own, 10) and _niceness(first)[1] in ("10", "")
    assert _niceness(other)[0] == own and _niceness(other)[1] in ("0", "")
    os.kill(first, signal.SIGKILL)
    await watched.until(lambda status: status.ready and status.pid != first)
    again = watched.child.status().pid
    assert again is not None and _niceness(again)[0] == max(own, 10)
    for process in (usual, watched):
        await process.child.stop()


async def test_a_process_that_keeps_dying_fails_to_start(home: Home) -> None:
    watched = Watched(home, ("false",), lambda: False)
    assert not await watched.child.wait_ready(60)
    assert watched.child.status().restarts >= 5
    await watched.child.stop()


@pytest.mark.parametrize("steps", range(8))
async def test_a_stop_during_a_probe_is_not_lost(home: Home, steps: int) -> None:
    probed = asyncio.Event()

    async def ready() -> bool:
        probed.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        return True

    child = Child(Specification("sleeper", "service", SLEEPER, "x", ready), home, {}, lambda: None)
    child.start()
    await probed.wait()
    async with asyncio.timeout(30):
        await child.stop()
    assert child.status().state == "stopped"
