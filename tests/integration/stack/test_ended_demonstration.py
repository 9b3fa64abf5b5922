"""A demonstration that gets a signal to end stops what it has started."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import LIMIT, until


def _processes_of(home: Path) -> list[str]:
    """The command lines that name `home`, without the demonstration's own."""
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(home) in line and "vahid.main demo" not in line]


def _as_in_a_terminal() -> None:
    """Heed Ctrl-C, which a process in the background of a script ignores, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
async def test_nothing_is_left_running(tmp_path: Path, ended_by: signal.Signals) -> None:
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
    demonstration.send_signal(ended_by)
    assert await asyncio.wait_for(demonstration.wait(), LIMIT) not in (0, None)
    assert _processes_of(home) == []
