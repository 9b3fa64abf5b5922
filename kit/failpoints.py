"""Named points at which a test can make a process die exactly there. Off unless a folder is set.

A point is armed by a file of its name in the folder `VAHID_FAILPOINTS_DIR`; its content is an action:
`kill` (SIGKILL to the process itself), `error` (raise `FailpointError`), optionally followed by the number of
passes to let go by first, as in `kill 3`. A point that fires consumes its file first, so that a
restarted process lives.
"""

import os
import signal
from collections import Counter
from pathlib import Path

from kit.errors import TransientError

VARIABLE = "VAHID_FAILPOINTS_DIR"

_passes: Counter[str] = Counter()


class FailpointError(TransientError):
    """Raised at a point armed with `error`, as if the infrastructure failed there."""


def hit(name: str) -> None:
    """Pass the point `name`: nothing happens unless a test has armed it.

    Raises:
        FailpointError: the point is armed with `error`.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    armed = Path(folder) / name
    if not armed.exists():
        return
    action, _, skip = armed.read_text().strip().partition(" ")
    _passes[name] += 1
    if _passes[name] <= int(skip or 0):
        return
    _fire(name, action, armed)


def _fire(name: str, action: str, armed: Path) -> None:
    _passes[name] = 0
    try:
        armed.rename(armed.with_name(f"{name}.fired.{os.getpid()}"))
    except FileNotFoundError:  # another process took it
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointError("failpoint", f"failpoint {name} fired")
