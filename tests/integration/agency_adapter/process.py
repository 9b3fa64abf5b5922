"""The agency adapter as a real process of its own, killed and started again on the same database."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2

from tests.contract.connectors.simulated import free_port
from tests.waiting import LIMIT, until


class AdapterProcess:
    """`python -m services.agency_adapter` with `settings`; `folder` has its log and its armed failpoints."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "adapter.log"
        self._failpoints = folder / "failpoints"
        self._failpoints.mkdir(exist_ok=True)
        own = {"VAHID_HTTP_PORT": str(self.port), "VAHID_CALLBACK_URL": self.url}
        self._settings = {**settings, **own, "VAHID_FAILPOINTS_DIR": str(self._failpoints)}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self._spawn()
        await until(self._is_ready, "the adapter is ready")

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "services.agency_adapter"]
        with self.log.open("ab") as log:
            environment = {**os.environ, **self._settings}
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    async def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx2.TransportError:
            return False

    def arm(self, failpoint: str, action: str = "kill") -> None:
        """Let the process die (or fail) when it passes `failpoint`."""
        (self._failpoints / failpoint).write_text(action)

    async def wait_until_killed(self) -> None:
        """Wait until the process died by SIGKILL."""
        assert self._process is not None
        assert await asyncio.to_thread(self._process.wait, LIMIT) == -signal.SIGKILL

    async def stop(self) -> int:
        """Ask it to stop; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, LIMIT)

    def logged(self) -> str:
        """Everything it has logged."""
        return self.log.read_text()

    async def metric(self, line: str) -> float:
        """The value of a metric, by its name with labels; 0 when it is not there."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            lines = (await client.get(f"{self.url}/metrics")).text.splitlines()
        return next((float(each.rpartition(" ")[2]) for each in lines if each.startswith(line + " ")), 0.0)
