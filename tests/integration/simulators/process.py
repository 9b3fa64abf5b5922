"""A simulator as a real process: started, asked, killed, started again on the same folder."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.integration.simulators.tongues import TONGUES, at
from tests.waiting import LIMIT, until

EPOCH = "2021-08-23T09:00:00+04:00"
DAY_IN_TWO_SECONDS = 43_200.0
SECRET = "whsec_" + "c2VjcmV0" * 4


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clock(scale: float = DAY_IN_TWO_SECONDS) -> str:
    """`VAHID_CLOCK` of a demo that starts now."""
    return json.dumps({"epoch": EPOCH, "started_at": datetime.now(UTC).isoformat(), "scale": scale})


class Simulator:
    """`python -m simulators.{module}` with a folder of its own; `client` speaks to it."""

    def __init__(self, module: str, folder: Path, settings: Mapping[str, str], *arguments: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self._log = folder / "process.log"
        self._command = [sys.executable, "-m", f"simulators.{module}", *arguments]
        self._environment = {
            **os.environ,
            "VAHID_CLOCK": clock(),
            "VAHID_SIMULATOR_DATA": str(self.data),
            "VAHID_HTTP_PORT": str(self.port),
            **settings,
        }
        self.client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False
        )
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = await asyncio.to_thread(self._spawn)
        await until(self._is_ready, "the simulator answers")

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.wait, LIMIT)

    async def stop(self) -> int:
        """SIGTERM; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, LIMIT)

    async def change_behaviour(self, **behaviour: Any) -> None:
        """Set behaviour settings while it runs."""
        answer = await self.client.put("/_behaviour", json=behaviour)
        assert answer.status_code == 200, answer.text

    async def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log_lines(self, name: str = "received.jsonl") -> list[dict[str, Any]]:
        """The entries of one of its log files."""
        return [json.loads(line) for line in (self.data / name).read_text().splitlines()]

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)

    async def _is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self._log.read_text()[-3000:]
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx2.TransportError:
            return False


class Agency(Simulator):
    """A simulated agency; `callback` is where its webhooks go."""

    def __init__(self, agency: str, folder: Path, callback: str, **behaviour: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "VAHID_AGENCIES": str(folder / "agencies.json"),
            "VAHID_SIMULATOR_BEHAVIOUR": json.dumps({"latency_ms": [0, 0], **behaviour}),
        }
        super().__init__("agency", folder, settings, "--agency", agency)
        self.data /= f"agency-{agency}"
        self.tongue = TONGUES[agency]
        address = f"http://127.0.0.1:{self.port}"
        entry = {"base_url": address, "token": self.tongue.token, "webhook_secret": SECRET}
        (folder / "agencies.json").write_text(json.dumps({agency: entry}))
        self.callback = callback
        self.client.headers.update(self.tongue.headers)
        if self.tongue.basic:
            user, _, password = self.tongue.token.partition(":")
            self.client.auth = httpx2.BasicAuth(user, password)

    async def submit(self, key: str) -> httpx2.Response:
        """Send an assignment, in the words of the agency."""
        due = datetime.fromisoformat(EPOCH) + timedelta(days=21)
        headers = {self.tongue.key_header: key} if self.tongue.key_header else {}
        form = self.tongue.form(key, due, self.callback)
        return await self.client.post(self.tongue.submit, json=form, headers=headers)

    async def look_up(self, key: str) -> httpx2.Response:
        """Ask for an assignment by our number."""
        path, name = self.tongue.look_up
        return await self.client.get(path, params={name: key})

    async def changes(self, page: int = 100) -> list[dict[str, Any]]:
        """All changes, page by page."""
        path, cursor, limit, items = self.tongue.changes
        found: list[dict[str, Any]] = []
        while True:
            answer = await self.get(path, **{cursor: self._cursor(found), limit: page})
            if not at(answer, items):
                return found
            found += at(answer, items)

    def _cursor(self, found: list[dict[str, Any]]) -> str:
        if not found:
            return self.tongue.first
        return f"c{len(found)}" if self.tongue.first == "c0" else str(at(found[-1], self.tongue.ids))

    async def ended(self, assignments: int) -> list[dict[str, Any]]:
        """All changes, once so many assignments have come to their end."""
        path, done = self.tongue.done

        async def look() -> list[dict[str, Any]] | None:
            changes = await self.changes()
            return changes if sum(at(one, path) == done for one in changes) == assignments else None

        return await until(look, f"{assignments} assignments done")
