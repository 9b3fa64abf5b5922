"""Intake as a real process of its own: started, killed, started again on the same database."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class IntakeProcess:
    """`python -m services.intake` with `settings`; `folder` has its log and its armed failpoints."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "intake.log"
        self._failpoints = folder / "fp"
        self._failpoints.mkdir(exist_ok=True)
        self._settings = {**settings, "VAHID_FAILPOINTS_DIR": str(self._failpoints)}
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "IntakeProcess":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self._process.wait, LIMIT)

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self._spawn()
        await until(self._is_ready)

    def _spawn(self) -> None:
        environment = {**os.environ, **self._settings, "VAHID_HTTP_PORT": str(self.port)}
        command = [sys.executable, "-m", "services.intake"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    async def _is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self.log.read_text()[-3000:]
        try:
            async with httpx2.AsyncClient() as client:
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

    def peak_bytes(self) -> int:
        """The most memory that it ever had."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(peak) * 1024


class Channel:
    """A channel with its API key."""

    def __init__(self, process: IntakeProcess, api_key: str) -> None:
        self._process = process
        self.headers = {"Authorization": f"Bearer {api_key}"}

    async def post(
        self, body: Any, key: str | None, *, client: httpx2.AsyncClient | None = None, **options: Any
    ) -> httpx2.Response:
        """Submit `body` (JSON, or bytes as they are) under idempotency key `key`."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        headers |= {"Content-Type": "application/json"} | options.pop("headers", {})
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        if client is not None:
            return await client.post(f"{self._process.url}/v1/appeals", headers=headers, **content, **options)
        async with httpx2.AsyncClient(timeout=30) as own:
            return await own.post(f"{self._process.url}/v1/appeals", headers=headers, **content, **options)

    async def attach(
        self,
        tracking_number: str,
        document: str,
        content: bytes | AsyncIterator[bytes],
        key: str | None,
        **headers: str,
    ) -> httpx2.Response:
        """Add `content` to an appeal as `document` under idempotency key `key`."""
        url = f"{self._process.url}/v1/appeals/{tracking_number}/attachments"
        own = {**self.headers, **({"Idempotency-Key": key} if key is not None else {}), **headers}
        async with httpx2.AsyncClient(timeout=60) as client:
            return await client.post(url, params={"document": document}, content=content, headers=own)

    async def get(self, path: str) -> httpx2.Response:
        """Read `path`."""
        async with httpx2.AsyncClient(timeout=30) as client:
            return await client.get(f"{self._process.url}{path}", headers=self.headers)

    async def post_batch(self, content: bytes, **headers: str) -> httpx2.Response:
        """Submit a batch, JSON Lines as they are."""
        sent = {**self.headers, "Content-Type": "application/x-ndjson", **headers}
        async with httpx2.AsyncClient(timeout=30) as client:
            return await client.post(f"{self._process.url}/v1/appeals/batch", headers=sent, content=content)
