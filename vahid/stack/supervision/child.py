"""A supervised process: started, probed, restarted when it dies, stopped on request."""

import asyncio
import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping

import psutil

from vahid.stack.home import Home
from vahid.stack.specification import Specification
from vahid.stack.status import ProcessState, ProcessStatus, shown
from vahid.stack.supervision import pid_files
from vahid.stack.supervision.process_priority import lower_priority

_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 10.0
_HEALTHY_AFTER = 15.0
"""Seconds after which a death counts as the first one again."""
_MOST_DEATHS = 5
"""Deaths before it was ever ready, after which a start has failed."""
_PROBE_STARTING = 0.25
_PROBE_RUNNING = 5.0
_PROBE_LIMIT = 3.0


class Child:
    """Keeps one process running from `start` to `stop`; calls `changed` at each change of its status.

    After its first death it restarts in `first_backoff` seconds, after each further one in twice as many.
    """

    def __init__(
        self,
        specification: Specification,
        home: Home,
        environment: Mapping[str, str],
        changed: Callable[[], None],
        first_backoff: float = _FIRST_BACKOFF,
    ) -> None:
        self.specification = specification
        self._home = home
        self._environment = environment_of(specification, environment, os.environ)
        self._changed = changed
        self._first_backoff = first_backoff
        self._process: asyncio.subprocess.Process | None = None
        self._state: ProcessState = "waiting"
        self._restarts = 0
        self._keeper: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._decided = asyncio.Event()

    def status(self) -> ProcessStatus:
        """Its status now."""
        return ProcessStatus(
            name=self.specification.name,
            kind=self.specification.kind,
            state=self._state,
            pid=self._process.pid if self._process else None,
            address=shown(self.specification.address),
            hosts=dict(self.specification.hosts),
            ready=self._ready.is_set(),
            restarts=self._restarts,
            log=str(self._home.log(self.specification.name)),
        )

    def start(self) -> None:
        """Keep it running from now on."""
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.specification.name}")

    async def wait_ready(self, limit: float) -> bool:
        """Whether it became ready within `limit` seconds, and before it had died too often."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self._decided.wait()
        return self._ready.is_set()

    async def stop(self) -> None:
        """Stop it: by its signal, and by SIGKILL after its limit. Returns when it has ended."""
        if self._keeper is not None:
            await _end_task(self._keeper)
            self._keeper = None
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await self._end(process)
        pid_files.remove(self._home, self.specification.name)
        self._become("stopped")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.specification.stop_signal)
        try:
            async with asyncio.timeout(self.specification.stop_limit):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _keep(self) -> None:
        backoff = self._first_backoff
        while True:
            started = time.monotonic()
            await self._run()
            self._process = None
            self._restarts += 1
            if self._restarts >= _MOST_DEATHS:
                self._decided.set()
            self._become("restarting")
            if time.monotonic() - started > _HEALTHY_AFTER:
                backoff = self._first_backoff
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _LONGEST_BACKOFF)

    async def _run(self) -> None:
        """Start the process and probe it until it has ended. One that cannot be started counts as ended."""
        try:
            process = await self._spawn()
        except OSError:  # out of memory or disk: another try may succeed
            return
        self._become("starting")
        if self.specification.niceness:
            await lower_priority(process.pid, self.specification.niceness)
        await self._watch(process)

    async def _spawn(self) -> asyncio.subprocess.Process:
        name = self.specification.name
        with self._home.log(name).open("ab") as log:
            process = self._process = await asyncio.create_subprocess_exec(
                *command(self.specification),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                # Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
                start_new_session=True,
            )
        with contextlib.suppress(psutil.NoSuchProcess, OSError):  # on a full disk it runs without one
            pid_files.write(self._home, name, process.pid)
        return process

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Probe until the process has ended."""
        ended = asyncio.create_task(process.wait())
        try:
            while not ended.done():
                ready = await self._probe()
                if not ended.done():
                    self._apply_probe(ready)
                pause = _PROBE_RUNNING if self._ready.is_set() else _PROBE_STARTING
                await asyncio.wait((ended,), timeout=pause)
        finally:
            ended.cancel()

    async def _probe(self) -> bool:
        try:
            # Not wait_for: up to Python 3.11 it loses a cancellation that comes together with the result.
            async with asyncio.timeout(_PROBE_LIMIT):
                return await self.specification.ready()
        except Exception:  # noqa: BLE001  whatever a dying server answered: it does not serve
            return False

    def _apply_probe(self, ready: bool) -> None:
        if ready:
            self._become("ready")
        elif self._state == "ready":
            self._become("not ready")

    def _become(self, state: ProcessState) -> None:
        if state == "ready":
            self._ready.set()
            self._decided.set()
        else:
            self._ready.clear()
        if state != self._state or state == "starting":
            self._state = state
            self._changed()


def environment_of(
    specification: Specification, shared: Mapping[str, str], around: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a process: what is `around` it and `shared`, without what is not for it. Pure."""
    given = {**around, **shared, **specification.environment}
    return {name: value for name, value in given.items() if name not in specification.without}


async def _end_task(task: asyncio.Task[None]) -> None:
    """Cancel until it has ended: a library may lose one cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=1)


def command(specification: Specification) -> tuple[str, ...]:
    """The command line. On Linux setpriv(1) has the kernel end the process when the supervisor dies."""
    if not sys.platform.startswith("linux") or shutil.which("setpriv") is None:
        return specification.command
    death = f"--pdeathsig={specification.death_signal.name.removeprefix('SIG')}"
    return ("setpriv", death, *specification.privileges, "--", *specification.command)
