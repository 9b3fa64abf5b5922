"""The folder in which one installation keeps its data, keys, logs and the records of its processes."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.private_files import write_private

DEFAULT_HOME = Path(".vahid")


@dataclass(frozen=True)
class Home:
    """The paths under `root`. Data is kept across restarts; `run` holds what is true of this run only."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        """The home at `root`, its folders made where they are missing."""
        home = cls(root.expanduser().resolve())
        for folder in (home.root, home.logs, home.run, home.requests):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o700)
        return home

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Pid files, the status file, the lock: meaningless when no supervisor runs."""
        return self.root / "run"

    @property
    def requests(self) -> Path:
        """Requests to the supervisor, one file each; it removes a file when it has fulfilled the request."""
        return self.run / "requests"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor of this home."""
        return self.run / "supervisor.lock"

    @property
    def status(self) -> Path:
        """The supervisor's last report on its processes."""
        return self.run / "status.json"

    @property
    def environment(self) -> Path:
        """The `VAHID_…` variables under which the processes run; holds the database's password."""
        return self.run / "environment.json"

    @property
    def ports(self) -> Path:
        """The ports, chosen at the first start."""
        return self.root / "ports.json"

    @property
    def clock(self) -> Path:
        """The clock of demo time."""
        return self.root / "clock.json"

    @property
    def api_keys(self) -> Path:
        """API keys of the channels and of staff, by name."""
        return self.root / "api-keys.json"

    @property
    def agencies(self) -> Path:
        """Address, token and webhook secret of each connected agency."""
        return self.root / "agencies.json"

    @property
    def kafka_logins(self) -> Path:
        """The passwords of the logins to Kafka, by login."""
        return self.root / "kafka-logins.json"

    @property
    def database_logins(self) -> Path:
        """The passwords of the services' roles in PostgreSQL, by service."""
        return self.root / "database-logins.json"

    @property
    def attachments(self) -> Path:
        """The sealed documents of appeals (see `kit.object_store`)."""
        return self.root / "attachments"

    @property
    def keys(self) -> Path:
        """The installation's keys (see `kit.vault`)."""
        return self.root / "keys"

    def keys_of(self, name: str) -> Path:
        """Links to those keys that the process `name` needs."""
        return self.run / "keys" / name

    @property
    def simulators(self) -> Path:
        """A folder for each simulated system."""
        return self.root / "simulators"

    def simulator(self, name: str) -> Path:
        """Where the simulated system `name` keeps its state and the log of what it received."""
        return self.simulators / name

    def log(self, name: str) -> Path:
        """The log file of the process `name`."""
        return self.logs / f"{name}.log"


def write_json(path: Path, value: object) -> None:
    """Replace `path` atomically by `value` as JSON, readable by its owner only."""
    write_private(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", overwrite=True)


def read_json(path: Path) -> Any:
    """The JSON in `path`; None when there is no such file."""
    return json.loads(path.read_text()) if path.exists() else None


@contextmanager
def changed_json(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON object in `path` (empty when missing), written back when the block has changed it."""
    value: dict[str, Any] = read_json(path) or {}
    before = json.dumps(value)
    yield value
    if json.dumps(value) != before:
        write_json(path, value)
