"""A real server that speaks S3 (SeaweedFS): start it, kill it, start it again on the same folder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.integration.service import free_port, until
from tests.waiting import LIMIT

LOCATION = "s3://vahid/attachments"
_KEY, _SECRET = "a-key", "a-secret"
_PARTS = ("master", "volume", "filer", "s3")


class ObjectServer:
    """One process with all its parts; the first object makes the bucket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identities = folder / "identities.json"
        credentials = [{"accessKey": _KEY, "secretKey": _SECRET}]
        identity = {"name": "vahid", "credentials": credentials, "actions": ["Admin"]}
        self._identities.write_text(json.dumps({"identities": [identity]}))
        self._ports = {f"{part}.{port}": free_port() for part in _PARTS for port in ("port", "port.grpc")}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process that stores objects there."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self._ports['s3.port']}",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }

    def configure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set `environment` in this process for the length of a test."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._spawn()
        await until(self._answers)

    def _spawn(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill the process."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(LIMIT)

    def _command(self) -> list[str]:
        command = [str(Path(sys.executable).parent / "weed"), "server", "-filer", "-s3"]
        command += [f"-dir={self._folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"]
        command += [f"-s3.config={self._identities}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        command += ["-volume.max=20", "-master.volumeSizeLimitMB=64"]
        return command + [f"-{name}={port}" for name, port in self._ports.items()]

    async def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "it has ended: see server.log"
        try:
            async with httpx2.AsyncClient() as client:
                return (await client.get(f"{self.environment['AWS_ENDPOINT']}/status")).status_code == 200
        except httpx2.TransportError:
            return False


@contextmanager
def object_server(folder: Path) -> Iterator[ObjectServer]:
    """A server to start, which is killed at the end."""
    server = ObjectServer(folder)
    try:
        yield server
    finally:
        if server._process is not None:
            server.kill()
