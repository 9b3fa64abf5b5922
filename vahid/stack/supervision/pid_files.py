"""Pid files, and the end of processes that a dead supervisor has left behind.

On Linux the kernel ends the processes with their supervisor (see `Specification.death_signal`). The pid files
cover other systems, and a process that has not ended yet when the next supervisor starts.
"""

from pathlib import Path

import psutil

from vahid.stack.home import Home

_END_SECONDS = 10.0


def write(home: Home, name: str, pid: int) -> None:
    """Record the pid of `name` with its start, so that a reused pid is not taken for it."""
    _file(home, name).write_text(f"{pid}\n{psutil.Process(pid).create_time()}\n")


def remove(home: Home, name: str) -> None:
    """Remove the pid file of `name`, which has ended."""
    _file(home, name).unlink(missing_ok=True)


def end_leftovers(home: Home) -> list[str]:
    """End the processes of an earlier supervisor, by SIGTERM and then SIGKILL; return their names."""
    found = {file.stem: process for file in home.run.glob("*.pid") if (process := _running(file))}
    for process in found.values():
        process.terminate()
    _, alive = psutil.wait_procs(found.values(), timeout=_END_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=_END_SECONDS)
    for file in home.run.glob("*.pid"):
        file.unlink(missing_ok=True)
    return sorted(found)


def _file(home: Home, name: str) -> Path:
    return home.run / f"{name}.pid"


def _running(file: Path) -> psutil.Process | None:
    pid, _, started = file.read_text().partition("\n")
    try:
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(started)) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.NoSuchProcess, ValueError):
        return None
