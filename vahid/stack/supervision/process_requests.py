"""Requests to the supervisor to stop, start or restart a process: a file each, removed when fulfilled."""

import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vahid.stack.errors import StackError
from vahid.stack.home import Home, write_json
from vahid.stack.status import is_running

Action = Literal["stop", "start", "restart"]
INTERVAL = 0.1
"""Seconds between two polls of the supervisor."""


@dataclass(frozen=True)
class ProcessRequest:
    """A request about the process `name`, and its file."""

    action: Action
    name: str
    file: Path

    def done(self) -> None:
        """Mark it as fulfilled."""
        self.file.unlink(missing_ok=True)


def pending(home: Home) -> list[ProcessRequest]:
    """The open requests, oldest first."""
    files = sorted(home.requests.glob("*.json"))
    return [ProcessRequest(file=file, **json.loads(file.read_text())) for file in files]


def clear(home: Home) -> None:
    """Drop the requests to an earlier supervisor."""
    for open_request in pending(home):
        open_request.done()


def request(home: Home, supervisor: int, action: Action, name: str, limit: float) -> None:
    """Request an action of the supervisor (its pid) and wait until it is fulfilled.

    Raises:
        StackError: `no_answer`: the supervisor died, or did not fulfil it within `limit` seconds.
    """
    file = home.requests / f"{time.time_ns()}-{uuid.uuid4().hex}.json"
    write_json(file, {"action": action, "name": name})
    deadline = time.monotonic() + limit
    while file.exists():
        if time.monotonic() > deadline or not is_running(supervisor):
            file.unlink(missing_ok=True)
            raise StackError(
                "no_answer", f"The supervisor did not {action} {name}.", remedy="See `vahid status`."
            )
        time.sleep(INTERVAL / 2)
