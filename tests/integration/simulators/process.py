"""A simulator as a real process: started, called, killed, and started again on the same folder."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.contract.connectors.simulated import free_port
from tests.integration.simulators.client_dialects import CLIENT_DIALECTS, at
from tests.waiting import LIMIT, until

EPOCH = "2021-08-23T09:00:00+04:00"
DAY_IN_TWO_SECONDS = 43_200.0
SECRET = "whsec_" + "c2VjcmV0" * 4


def clock(scale: float = DAY_IN_TWO_SECONDS) -> str:
    """`VAHID_CLOCK` for demo time that starts now."""
    return json.dumps({"epoch": EPOCH, "started_at": datetime.now(UTC).isoformat(), "scale": scale})


class Simulator:
    """`python -m simulators.{module}` with a folder of its own; `client` calls it."""

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
        """Kill it with SIGKILL."""
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.wait, LIMIT)

    async def stop(self) -> int:
        """Stop it with SIGTERM; return its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, LIMIT)

    async def change_behaviour(self, **behaviour: Any) -> None:
        """Set behaviour settings while it runs."""
        response = await self.client.put("/_behaviour", json=behaviour)
        assert response.status_code == 200, response.text

    async def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of a GET, which must succeed."""
        response = await self.client.get(path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

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


class AgencySimulator(Simulator):
    """A simulated agency; `callback` is the address for its webhooks."""

    def __init__(self, agency: str, folder: Path, callback: str, **behaviour: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "VAHID_AGENCIES": str(folder / "agencies.json"),
            "VAHID_SIMULATOR_BEHAVIOUR": json.dumps({"latency_ms": [0, 0], **behaviour}),
        }
        super().__init__("agency", folder, settings, "--agency", agency)
        self.data /= f"agency-{agency}"
        self.dialect = CLIENT_DIALECTS[agency]
        address = f"http://127.0.0.1:{self.port}"
        entry = {"base_url": address, "token": self.dialect.token, "webhook_secret": SECRET}
        (folder / "agencies.json").write_text(json.dumps({agency: entry}))
        self.callback = callback
        self.client.headers.update(self.dialect.headers)
        if self.dialect.basic:
            user, _, password = self.dialect.token.partition(":")
            self.client.auth = httpx2.BasicAuth(user, password)

    async def submit(self, key: str) -> httpx2.Response:
        """Submit an assignment in the agency's dialect."""
        due = datetime.fromisoformat(EPOCH) + timedelta(days=21)
        headers = {self.dialect.key_header: key} if self.dialect.key_header else {}
        form = self.dialect.form(key, due, self.callback)
        return await self.client.post(self.dialect.submit, json=form, headers=headers)

    async def look_up(self, key: str) -> httpx2.Response:
        """Look an assignment up by our key."""
        path, name = self.dialect.look_up
        return await self.client.get(path, params={name: key})

    async def changes(self, page: int = 100) -> list[dict[str, Any]]:
        """All changes, page by page."""
        path, cursor, limit, items = self.dialect.changes
        found: list[dict[str, Any]] = []
        while True:
            response = await self.get(path, **{cursor: self._cursor(found), limit: page})
            if not at(response, items):
                return found
            found += at(response, items)

    def _cursor(self, found: list[dict[str, Any]]) -> str:
        if not found:
            return self.dialect.first
        return f"c{len(found)}" if self.dialect.first == "c0" else str(at(found[-1], self.dialect.ids))

    async def ended(self, assignments: int) -> list[dict[str, Any]]:
        """All changes, once so many assignments are fulfilled."""
        path, done = self.dialect.done

        async def poll() -> list[dict[str, Any]] | None:
            changes = await self.changes()
            return changes if sum(at(change, path) == done for change in changes) == assignments else None

        return await until(poll, f"{assignments} assignments done")
