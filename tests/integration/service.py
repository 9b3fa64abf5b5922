"""A service as a real process: started, killed at a failpoint, started again on the same stores."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType

import httpx2

from tests.waiting import LIMIT


async def until(condition: Callable[[], Awaitable[bool]], limit: float = LIMIT) -> None:
    """Wait until `condition` holds, for `limit` seconds at most."""
    async with asyncio.timeout(limit):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServiceProcess:
    """`python -m MODULE ARGUMENTS` with `settings`; `folder` gets its log and its armed failpoints."""

    def __init__(self, module: str, folder: Path, settings: Mapping[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", module, *arguments]
        self._log = folder / f"{module}.log"
        self._failpoints = folder / "failpoints"
        self._failpoints.mkdir(parents=True, exist_ok=True)
        self._settings = {
            **settings,
            "VAHID_FAILPOINTS_DIR": str(self._failpoints),
            "VAHID_HTTP_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "ServiceProcess":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self.spawn()
        await until(self._is_ready)

    def spawn(self) -> None:
        """Start it and wait for nothing."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env={**os.environ, **self._settings}, stdout=log, stderr=log
            )

    async def _is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self.log[-3000:]
        try:
            async with httpx2.AsyncClient() as client:
                return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx2.TransportError:
            return False

    def arm(self, failpoint: str, action: str = "kill") -> None:
        """Let the process die (or fail) when it passes `failpoint`."""
        (self._failpoints / failpoint).write_text(action)

    async def killed(self) -> None:
        """Wait until it has died by SIGKILL."""
        assert self._process is not None
        assert await asyncio.to_thread(self._process.wait, LIMIT) == -signal.SIGKILL, self.log[-3000:]

    def kill(self) -> None:
        """Kill it as it stands."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def stop(self) -> int | None:
        """Ask it to stop; its exit status. None when it never ran."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, LIMIT)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """What it answers at `path`."""
        async with httpx2.AsyncClient() as client:
            return await client.get(f"{self.url}{path}", headers=headers)

    @property
    def log(self) -> str:
        """Everything it has logged."""
        return self._log.read_text() if self._log.exists() else ""
