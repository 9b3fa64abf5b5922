"""How a process gives way to the others of a machine whose processors are short."""

import asyncio
import contextlib
import os
from pathlib import Path

_TRIES, _PAUSE_SECONDS = 5, 0.15
"""Linux takes the niceness of a session ten times a second at most, of whoever is not root."""


async def give_way(pid: int, niceness: int) -> None:
    """Have a process that leads a session of its own run at `niceness` (nice(2), 0 to 19).

    Where Linux shares processors out by sessions (sched(7), autogroup), that of a process alone has no effect
    on those of other sessions. It does no harm when the process has ended meanwhile.
    """
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, pid, max(niceness, os.getpriority(os.PRIO_PROCESS, pid)))
    for _ in range(_TRIES):
        if _has_told(pid, niceness):
            break
        await asyncio.sleep(_PAUSE_SECONDS)


def _has_told(pid: int, niceness: int) -> bool:
    """Whether the session has its niceness, or there is none: another kernel, or an ended process."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
