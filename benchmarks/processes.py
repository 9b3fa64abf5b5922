"""Processes that a measurement starts beside those of the stack."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers.worker import AGENCY_URL, ROW_BYTES


def start(
    name: str, environment: Mapping[str, str], folder: Path, agency_url: str, row_bytes: int = 0
) -> "subprocess.Popen[bytes]":
    """A worker of a design (see `benchmarks.peers.worker`), its log in `folder`."""
    own = {AGENCY_URL: agency_url, ROW_BYTES: str(row_bytes)}
    return _start(name, ("benchmarks.peers.worker", name), {**environment, **own}, folder)


def start_case_worker(environment: Mapping[str, str], folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """The case worker of the installation, with its relay and its probes on `port`."""
    own = {"VAHID_HTTP_HOST": "127.0.0.1", "VAHID_HTTP_PORT": str(port)}
    return _start("case-worker", ("workflows.worker",), {**environment, **own}, folder)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(
    name: str, module: tuple[str, ...], environment: Mapping[str, str], folder: Path
) -> "subprocess.Popen[bytes]":
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *module], env={**os.environ, **environment}, stdout=log, stderr=log
        )
