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

import httpx

from tests.waiting import until

EPOCH = "2021-08-23T09:00:00+04:00"
DAY_IN_TWO_SECONDS = 43_200.0
TOKENS = {"mlspp": "mlspp-token", "moh": "moh-key", "nasimi-executive": "vahid:parol"}
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
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)
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
        await asyncio.to_thread(self._process.wait, 10)

    async def stop(self) -> int:
        """SIGTERM; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, 20)

    async def turn(self, **dials: Any) -> None:
        """Set dials while it runs."""
        answer = await self.client.put("/_dials", json=dials)
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
        except httpx.TransportError:
            return False


class Agency(Simulator):
    """A simulated body; `callback` is where its webhooks go."""

    def __init__(self, agency: str, folder: Path, callback: str, **dials: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "VAHID_AGENCIES": str(folder / "agencies.json"),
            "VAHID_SIMULATOR_DIALS": json.dumps({"latency_ms": [0, 0], **dials}),
        }
        super().__init__("agency", folder, settings, "--agency", agency)
        self.data /= f"agency-{agency}"
        address = f"http://127.0.0.1:{self.port}"
        entry = {"base_url": address, "token": TOKENS[agency], "webhook_secret": SECRET}
        (folder / "agencies.json").write_text(json.dumps({agency: entry}))
        self.agency = agency
        self.callback = callback
        user, _, password = TOKENS[agency].partition(":")
        if agency == "nasimi-executive":
            self.client.auth = httpx.BasicAuth(user, password)
        else:
            self.client.headers.update(
                {"X-Api-Key": user} if agency == "moh" else {"Authorization": f"Bearer {user}"}
            )

    async def submit(self, key: str) -> httpx.Response:
        """Send an assignment, in the words of the body."""
        due = datetime.fromisoformat(EPOCH) + timedelta(days=21)
        body: dict[str, Any]
        if self.agency == "mlspp":
            body = {
                "externalId": key, "service": "employment", "citizen": {"surname": "Həsənova"},
                "district": "nasimi", "dueDate": due.isoformat(), "callbackUrl": self.callback,
            }  # fmt: skip
            return await self.client.post("/api/v1/tasks", json=body, headers={"Idempotency-Key": key})
        if self.agency == "moh":
            body = {
                "ext_no": key, "service_code": "disability-assessment", "patient": {"last_name": "Həsənova"},
                "deadline": due.strftime("%d/%m/%Y %H:%M"), "notify_url": self.callback,
            }  # fmt: skip
            return await self.client.post("/referrals", json=body)
        body = {
            "nomre": key, "xidmet": "land-plot", "vetendas": {"soyad": "Həsənova"},
            "son_tarix": int(due.timestamp() * 1000), "bildiris_url": self.callback,
        }  # fmt: skip
        return await self.client.post("/muraciet", json=body)

    async def look_up(self, key: str) -> httpx.Response:
        """Ask for an assignment by our number."""
        path, name = {
            "mlspp": ("/api/v1/tasks", "externalId"),
            "moh": ("/referrals/by-ext", "ext_no"),
            "nasimi-executive": ("/muraciet", "nomre"),
        }[self.agency]
        return await self.client.get(path, params={name: key})

    async def changes(self, page: int = 100) -> list[dict[str, Any]]:
        """All changes, page by page."""
        found: list[dict[str, Any]] = []
        while items := await self._page(found, page):
            found += items
        return found

    async def _page(self, found: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
        last = found[-1] if found else None
        if self.agency == "mlspp":
            since = int(last["changeId"]) if last else 0
            answer = await self.get("/api/v1/tasks/changes", since=since, limit=size)
            assert answer["next"] == (int(answer["items"][-1]["changeId"]) if answer["items"] else since)
            return list(answer["items"])
        if self.agency == "moh":
            after = last["event_id"] if last else ""
            return list((await self.get("/referrals/events", after=after, size=size))["events"])
        return list((await self.get("/deyisiklikler", son_id=last["id"] if last else 0, say=size))["siyahi"])

    async def ended(self, assignments: int) -> list[dict[str, Any]]:
        """All changes, once so many assignments have come to their end."""
        word = {
            "mlspp": ("state", "DONE"),
            "moh": ("status", 40),
            "nasimi-executive": ("veziyyet", "tamamlandi"),
        }
        name, done = word[self.agency]

        async def look() -> list[dict[str, Any]] | None:
            changes = await self.changes()
            return changes if sum(one[name] == done for one in changes) == assignments else None

        return await until(look, f"{assignments} assignments done", 60)
