"""The status of the processes: written by the supervisor at each change, read by everybody else."""

from typing import Literal

import psutil
from pydantic import BaseModel, ConfigDict, Field

from kit.private_files import write_private
from vahid.stack.home import Home
from vahid.stack.specification import Kind

StackState = Literal["starting", "ready", "stopping", "stopped", "failed", "dead"]
ProcessState = Literal["waiting", "starting", "ready", "not ready", "restarting", "stopped", "external"]

_ENDED = {"pid": None, "ready": False, "state": "not ready"}


class ProcessStatus(BaseModel):
    """One process. `address` has no password; `restarts` counts restarts that nobody requested.

    `hosts` are the addresses of the systems that it simulates, by name.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Kind
    state: ProcessState
    pid: int | None = None
    address: str
    hosts: dict[str, str] = Field(default_factory=dict)
    ready: bool = False
    restarts: int = 0
    log: str | None = None


class StackStatus(BaseModel):
    """All processes of a home. `dead`: the supervisor has died without stopping them.

    `supervisor` is its pid, `supervised_since` its start (Unix time), which tells it from a reused pid.
    """

    model_config = ConfigDict(frozen=True)

    state: StackState
    phase: str = ""
    error: str | None = None
    supervisor: int | None = None
    supervised_since: float = 0.0
    processes: tuple[ProcessStatus, ...] = ()

    def process(self, name: str) -> ProcessStatus | None:
        """The process called `name`."""
        return next((process for process in self.processes if process.name == name), None)


def write(home: Home, status: StackStatus) -> None:
    """Replace the status file atomically."""
    write_private(home.status, status.model_dump_json(indent=2) + "\n", overwrite=True)


def read(home: Home) -> StackStatus:
    """The status that the supervisor wrote last, corrected where it or a process has died since."""
    if not home.status.exists():
        return StackStatus(state="stopped")
    status = StackStatus.model_validate_json(home.status.read_text())
    if status.state in ("stopped", "failed"):
        return status
    if not _is_supervised(status):
        ended = (process.model_copy(update=_ENDED) for process in status.processes)
        return status.model_copy(update={"state": "dead", "supervisor": None, "processes": tuple(ended)})
    return status.model_copy(update={"processes": tuple(map(_corrected, status.processes))})


def is_running(pid: int) -> bool:
    """Whether a process of this id runs and is no zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def shown(address: str) -> str:
    """The address without its password."""
    scheme, separator, rest = address.partition("://")
    if not separator or "@" not in rest:
        return address
    user, _, place = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}@{place}"


def started_at(pid: int) -> float:
    """When the process started (Unix time); 0 when there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _is_supervised(status: StackStatus) -> bool:
    pid = status.supervisor
    return pid is not None and is_running(pid) and abs(started_at(pid) - status.supervised_since) < 1


def _corrected(process: ProcessStatus) -> ProcessStatus:
    gone = process.pid is not None and not is_running(process.pid)
    return process.model_copy(update=_ENDED) if gone else process
