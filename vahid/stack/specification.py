"""What one process is: how it is started, when it is ready, how it is stopped."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["server", "simulator", "service"]


@dataclass(frozen=True)
class Specification:
    """A process of the stack.

    `ready` answers quickly whether the process serves now; to raise `OSError` or time out means no.
    `address` is what a client uses: a URL, or host:port. `death_signal` is what the kernel sends when the
    supervisor dies; `stop_limit` is how many seconds a stop may take before the process is killed. `hosts`
    are the systems that it plays, each with its address, where it plays several. `niceness` (nice(2), 0 to
    19) is how far it gives way to the others where processors are short.
    """

    name: str
    kind: Kind
    command: tuple[str, ...]
    address: str
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_limit: float = 15.0
    death_signal: signal.Signals = signal.SIGKILL
    niceness: int = 0
    privileges: tuple[str, ...] = ()
    """Options of setpriv(1) under which the process runs, as where PostgreSQL refuses to run as root."""
