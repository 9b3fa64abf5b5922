"""A demonstration that is asked to end stops what it has started, by whichever signal."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import LIMIT, until


def _processes_of(home: Path) -> list[str]:
    """The command lines that name `home`, the demonstration's own apart."""
    lines = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(home) in line and "vahid.main demo" not in line]


def _as_in_a_terminal() -> None:
    """A process in the background of a script ignores Ctrl-C, and has its children ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
async def test_nothing_is_left_running(tmp_path: Path, asked_by: signal.Signals) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "vahid.main", "demo", "--appeals", "5", "--home", str(home)]
    demonstration = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=_as_in_a_terminal,
    )

    async def servers_run() -> bool:
        return len(_processes_of(home)) > 3

    await until(servers_run, "the servers are started")
    demonstration.send_signal(asked_by)
    assert await asyncio.wait_for(demonstration.wait(), LIMIT) not in (0, None)
    assert _processes_of(home) == []
