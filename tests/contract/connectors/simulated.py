"""Simulated agencies in a process of their own, and an inbox for their webhooks."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from kit.clock import Clock
from services.agency_adapter.access import Access
from tests.waiting import LIMIT, until

WEBHOOK_SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="
DIALECTS = ("mlspp", "mod", "moh", "nasimi-executive", "samhi", "sicc", "ssmc")
"""An agency of each dialect."""
CALM = {"refuse_rate": 0, "forward_rate": 0, "information_rate": 0, "late_rate": 0, "duration_scale": 0.1}
"""Behaviour settings by which every assignment is fulfilled soon."""


def token_of(agency_id: str) -> str:
    """Our token at an agency: user and password where it uses HTTP Basic."""
    return "vahid:password" if agency_id.endswith("-executive") else f"{agency_id}-token"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_clock(scale: float = 43_200.0) -> str:
    """VAHID_CLOCK, starting on a Monday morning in August 2021; by default a day takes two real seconds."""
    started = datetime.now(UTC).isoformat()
    return json.dumps({"epoch": "2021-08-23T09:00:00+04:00", "started_at": started, "scale": scale})


async def change_behaviour(url: str, behaviour: Mapping[str, Any]) -> None:
    """Change some behaviour settings of the agency at `url`."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        (await client.put(f"{url}/_behaviour", json=dict(behaviour))).raise_for_status()


class SimulatedAgency:
    """A simulated agency, by its controls and its log."""

    def __init__(self, agency_id: str) -> None:
        self.agency_id = agency_id
        self.url = f"http://127.0.0.1:{free_port()}"
        self.entry = {"base_url": self.url, "token": token_of(agency_id), "webhook_secret": WEBHOOK_SECRET}
        self.access = Access.model_validate(self.entry)

    async def answers(self) -> bool:
        """Whether it listens."""
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.url}/healthz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def change_behaviour(self, behaviour: Mapping[str, Any]) -> None:
        """Change some of its behaviour settings."""
        await change_behaviour(self.url, behaviour)

    async def received(self) -> list[dict[str, Any]]:
        """The entries of its log about assignments."""
        return [entry for entry in await self.entries() if "key" in entry]

    async def entries(self) -> list[dict[str, Any]]:
        """Its whole log, with messages and invalid submissions."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            entries: list[dict[str, Any]] = (await client.get(f"{self.url}/_log")).json()["entries"]
        return entries


class SimulatedAgencies:
    """`python -m simulators.agency` for some agencies, started and stopped."""

    def __init__(self, agency_ids: Sequence[str], folder: Path, clock: str) -> None:
        self.of = {agency_id: SimulatedAgency(agency_id) for agency_id in agency_ids}
        self.access_file = folder / "agencies.json"
        self.access_file.write_text(json.dumps({id_: agency.entry for id_, agency in self.of.items()}))
        self._folder = folder
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start them, wait until they answer, and set them to CALM."""
        self._spawn()
        for agency in self.of.values():
            await until(agency.answers, f"{agency.agency_id} answers")
            await agency.change_behaviour(CALM)

    def now(self) -> datetime:
        """The agencies' business time."""
        return Clock.model_validate_json(self._clock).now()

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "simulators.agency", "--agencies", str(self.access_file)]
        command += ["--data", str(self._folder), "--clock", self._clock]
        command += [part for agency_id in self.of for part in ("--agency", agency_id)]
        with (self._folder / "process.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=dict(os.environ), stdout=log, stderr=log)

    async def stop(self) -> None:
        """Stop the process, and wait for its end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self._process.wait, LIMIT)


class WebhookInbox:
    """Receives webhooks: answers 204, and keeps headers and raw content."""

    def __init__(self) -> None:
        self.arrived: list[tuple[dict[str, str], bytes]] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Start listening; return the URL."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/statuses"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            pairs = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, value in pairs}
            content = await reader.readexactly(int(headers.get("content-length", 0)))
            self.arrived.append((headers, content))
            writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            await writer.drain()
        finally:
            writer.close()

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
