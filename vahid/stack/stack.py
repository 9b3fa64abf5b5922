"""The stack of one home, for the command line, the tests and the demo."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from kit.private_files import private
from vahid.stack.errors import StackError
from vahid.stack.home import Home, read_json
from vahid.stack.options import Only, Options
from vahid.stack.status import ProcessStatus, StackStatus, is_running, read
from vahid.stack.supervision.process_requests import Action, request

_POLL_SECONDS = 0.05
_STOP_LIMIT = 180.0
"""Seconds."""


class Stack:
    """All processes of the installation in `home`. Several of these objects may use one home.

    All calls block. Names of processes are those of `vahid status`.
    """

    def __init__(
        self,
        home: Path | str,
        *,
        only: Only = "all",
        scale: float | None = None,
        epoch: datetime | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home = Home(Path(home).expanduser().resolve())
        self._options = Options(
            home=self.home.root, only=only, scale=scale, epoch=epoch, environment=dict(environment or {})
        )
        self._killed: dict[str, int] = {}

    def start(self, on_status: Callable[[StackStatus], None] = lambda status: None) -> None:
        """Start the supervisor in the background and return when all is ready; `on_status` gets each status.

        Raises:
            StackError: `already_running`, or `not_started` (a missing prerequisite, a process not ready).
        """
        if self.status().state in ("starting", "ready", "stopping"):
            raise StackError(
                "already_running",
                f"The stack of {self.home.root} runs already.",
                remedy="See `vahid status`. Stop it with `vahid down`.",
            )
        self._killed.clear()
        supervisor = self._spawn()
        try:
            self._wait_for(supervisor, on_status)
        except KeyboardInterrupt:
            supervisor.terminate()
            supervisor.wait()
            raise

    def stop(self) -> None:
        """Stop all processes, services first, and return when they have ended. Data is kept.

        Raises:
            StackError: `too_slow`.
        """
        pid = self.status().supervisor
        if pid is None or not is_running(pid):
            self._end_leftovers()
            return
        os.kill(pid, signal.SIGTERM)
        self._until(lambda: not is_running(pid), _STOP_LIMIT, f"The supervisor {pid} did not stop")

    def status(self) -> StackStatus:
        """The status of all processes now."""
        return read(self.home)

    def process(self, name: str) -> ProcessStatus:
        """The process called `name`.

        Raises:
            StackError: `unknown_process`.
        """
        status = self.status()
        found = status.process(name)
        if found is None:
            names = ", ".join(process.name for process in status.processes) or "none, as nothing runs"
            raise StackError(
                "unknown_process", f"There is no process {name!r}.", remedy=f"Use one of: {names}."
            )
        return found

    def kill(self, name: str) -> int:
        """Kill the process at once (SIGKILL) and return its pid; the supervisor starts it again."""
        pid = self.process(name).pid
        if pid is None:
            raise StackError("not_running", f"{name} is not running.", remedy="See `vahid status`.")
        os.kill(pid, signal.SIGKILL)
        self._killed[name] = pid
        return pid

    def stop_process(self, name: str) -> None:
        """Stop one process and keep it stopped until `start_process`."""
        self._request("stop", name)

    def start_process(self, name: str) -> None:
        """Start one process again, without waiting until it is ready."""
        self._request("start", name)

    def restart_process(self, name: str) -> None:
        """Stop one process and start it again, without waiting until it is ready."""
        self._request("restart", name)

    def wait_until_ready(self, names: Collection[str] = (), limit: float = 60.0) -> None:
        """Wait until these processes, by default all, are ready; of one that was killed, its successor.

        Raises:
            StackError: `too_slow`; it names those that were not ready within `limit` seconds.
        """
        wanted = names or [process.name for process in self.status().processes]
        self._until(
            lambda: not self._unready(wanted),
            limit,
            "Not ready: {}",
            lambda: ", ".join(self._unready(wanted)),
        )

    def environment(self) -> dict[str, str]:
        """The `VAHID_…` variables under which the processes run."""
        return dict(read_json(self.home.environment) or {})

    @property
    def addresses(self) -> dict[str, str]:
        """Address of each process and hosted system by its name: a URL, or host:port without a password."""
        processes = self.status().processes
        hosted = {name: address for process in processes for name, address in process.hosts.items()}
        return {process.name: process.address for process in processes} | hosted

    @property
    def api_keys(self) -> dict[str, str]:
        """API keys by name: on_site, call_centre, mobile, online, import, staff."""
        return dict(read_json(self.home.api_keys) or {})

    def _spawn(self) -> subprocess.Popen[bytes]:
        with open(Home.at(self.home.root).log("supervisor"), "ab", opener=private) as log:
            return subprocess.Popen(
                [sys.executable, "-m", "vahid.stack", self._options.model_dump_json()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_for(
        self, supervisor: subprocess.Popen[bytes], on_status: Callable[[StackStatus], None]
    ) -> None:
        while True:
            state = self.status()
            if state.supervisor == supervisor.pid:
                on_status(state)
                if state.state == "ready":
                    return
            if supervisor.poll() is not None:
                raise StackError("not_started", self._why(), remedy=f"See {self.home.log('supervisor')}.")
            time.sleep(_POLL_SECONDS)

    def _why(self) -> str:
        status = self.status()
        lines = self.home.log("supervisor").read_text(errors="replace").strip().splitlines()
        return status.error or (lines[-1] if lines else "The supervisor ended without an error message.")

    def _request(self, action: Action, name: str) -> None:
        process, supervisor = self.process(name), self.status().supervisor
        if supervisor is None:
            raise StackError("not_running", "The stack is not running.", remedy="Start it with `vahid up`.")
        if process.state == "external":
            raise StackError(
                "external",
                f"{name} is not a process of this stack.",
                remedy=f"Restart the server at {process.address} itself.",
            )
        request(self.home, supervisor, action, name, _STOP_LIMIT)

    def _unready(self, names: Collection[str]) -> list[str]:
        status = self.status()
        return [name for name in names if not self._is_ready(status.process(name))]

    def _is_ready(self, process: ProcessStatus | None) -> bool:
        return process is not None and process.ready and process.pid != self._killed.get(process.name, 0)

    def _end_leftovers(self) -> None:
        from vahid.stack.supervision import pid_files

        pid_files.end_leftovers(self.home)

    def _until(
        self, done: Callable[[], bool], limit: float, what: str, more: Callable[[], str] = lambda: ""
    ) -> None:
        deadline = time.monotonic() + limit
        while not done():
            if time.monotonic() > deadline:
                raise StackError(
                    "too_slow", what.format(more()) + f" after {limit:g} s.", remedy="See `vahid status`."
                )
            time.sleep(_POLL_SECONDS)
