"""One process under supervision, with a process of the system in the place of a server."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vahid.stack.child import Child
from vahid.stack.home import Home
from vahid.stack.specification import Specification
from vahid.stack.status import ProcessStatus

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
_DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
DEAF = (sys.executable, "-c", _DEAF)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


class Watched:
    """A child, and a way to wait for what its status says."""

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

        self._news = asyncio.Event()
        specification = Specification(
            "one", "service", command, "x", probe, stop_limit=limit, niceness=niceness
        )
        self.child = Child(specification, home, {}, self._news.set, first_backoff=0.01)
        self.child.start()

    async def until(self, condition: Callable[[ProcessStatus], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition(self.child.status()):
                self._news.clear()
                await self._news.wait()


async def test_a_killed_process_is_started_again(home: Home) -> None:
    watched = Watched(home, SLEEPER)
    assert await watched.child.wait_ready(30)
    first = watched.child.status().pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await watched.until(lambda status: status.ready and status.pid != first)
    assert watched.child.status().restarts == 1
    await watched.child.stop()
    assert (watched.child.status().pid, watched.child.status().state) == (None, "stopped")


async def test_a_question_that_breaks_ends_nobody_who_watches(home: Home) -> None:
    breaks = False

    def ready() -> bool:
        if breaks:
            raise RuntimeError("the server died between the question and its answer")
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


async def test_what_cannot_be_started_is_tried_again(home: Home) -> None:
    home.log("one").mkdir(parents=True)  # its log cannot be opened, as on a full disk
    watched = Watched(home, SLEEPER)
    await watched.until(lambda status: status.restarts > 0)
    home.log("one").rmdir()
    await watched.until(lambda status: status.ready)
    await watched.child.stop()


async def test_a_process_that_does_not_listen_is_killed(home: Home) -> None:
    watched = Watched(home, DEAF, lambda: "deaf" in home.log("one").read_text(), limit=0.2)
    assert await watched.child.wait_ready(30)
    await watched.child.stop()
    assert watched.child.status().state == "stopped"


def _niceness(pid: int) -> tuple[int, str]:
    """That of a process, and that of its session where Linux has one."""
    session = Path(f"/proc/{pid}/autogroup")
    return os.getpriority(os.PRIO_PROCESS, pid), session.read_text().split()[-1] if session.exists() else ""


async def test_a_process_gives_way_also_when_it_is_started_again(home: Home) -> None:
    usual, watched = Watched(home, SLEEPER), Watched(Home.at(home.root / "other"), SLEEPER, niceness=10)
    for one in (usual, watched):
        assert await one.child.wait_ready(30)
    first, other = watched.child.status().pid, usual.child.status().pid
    assert first is not None and other is not None
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert _niceness(first)[0] == max(own, 10) and _niceness(first)[1] in ("10", "")
    assert _niceness(other)[0] == own and _niceness(other)[1] in ("0", "")
    os.kill(first, signal.SIGKILL)
    await watched.until(lambda status: status.ready and status.pid != first)
    again = watched.child.status().pid
    assert again is not None and _niceness(again)[0] == max(own, 10)
    for one in (usual, watched):
        await one.child.stop()


async def test_a_process_that_cannot_live_is_given_up(home: Home) -> None:
    watched = Watched(home, ("false",), lambda: False)
    assert not await watched.child.wait_ready(60)
    assert watched.child.status().restarts >= 5
    await watched.child.stop()


@pytest.mark.parametrize("steps", range(8))
async def test_a_stop_that_comes_together_with_an_answer_is_not_forgotten(home: Home, steps: int) -> None:
    probed = asyncio.Event()

    async def ready() -> bool:
        probed.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        return True

    child = Child(Specification("one", "service", SLEEPER, "x", ready), home, {}, lambda: None)
    child.start()
    await probed.wait()
    async with asyncio.timeout(30):
        await child.stop()
    assert child.status().state == "stopped"
