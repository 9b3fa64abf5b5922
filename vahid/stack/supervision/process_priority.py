"""The priority of a process where processors are short."""

import asyncio
import contextlib
import os
from pathlib import Path

_TRIES, _PAUSE_SECONDS = 5, 0.15
"""Linux lets a user other than root set a session's niceness ten times a second at most."""


async def lower_priority(pid: int, niceness: int) -> None:
    """Run a process, which leads a session, at `niceness` (nice(2), 0 to 19).

    Where Linux schedules by session (sched(7), autogroup), the niceness of a process has no effect on other
    sessions, so that of its session is set as well. An ended process is no error.
    """
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, pid, max(niceness, os.getpriority(os.PRIO_PROCESS, pid)))
    for _ in range(_TRIES):
        if _set_session_niceness(pid, niceness):
            break
        await asyncio.sleep(_PAUSE_SECONDS)


def _set_session_niceness(pid: int, niceness: int) -> bool:
    """Whether it is set, or there is none to set: another kernel, or an ended process."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
