"""Requests to the supervisor to stop, start or restart one process: a file each, removed when done."""

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
"""Seconds between two looks of the supervisor."""


@dataclass(frozen=True)
class Request:
    """What is asked of the supervisor, and the file by which it was asked."""

    action: Action
    name: str
    file: Path

    def done(self) -> None:
        """Tell the one who asked."""
        self.file.unlink(missing_ok=True)


def pending(home: Home) -> list[Request]:
    """The open requests, oldest first."""
    files = sorted(home.requests.glob("*.json"))
    return [Request(file=file, **json.loads(file.read_text())) for file in files]


def clear(home: Home) -> None:
    """Drop what was asked of an earlier supervisor."""
    for request in pending(home):
        request.done()


def ask(home: Home, supervisor: int, action: Action, name: str, limit: float) -> None:
    """Ask the supervisor and wait until it is done.

    Raises:
        StackError: the supervisor died, or did not do it within `limit` seconds.
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
