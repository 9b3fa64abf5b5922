"""The specification of a process: how it starts, when it is ready, how it stops."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["server", "simulator", "service"]

OBJECT_STORE_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

SECRETS = frozenset(
    {
        *("VAHID_DATABASE_URL", "VAHID_KAFKA_BOOTSTRAP", "VAHID_KEYS", "VAHID_AGENCIES", "VAHID_API_KEY"),
        *("VAHID_SMS_TOKEN", "VAHID_SMTP_PASSWORD", *OBJECT_STORE_SECRETS),
    }
)
"""Variables that hold a secret, or say where one lies. A process gets those that its program names."""


@dataclass(frozen=True)
class Specification:
    """A process of the stack.

    `ready` says quickly whether the process serves now; an error or a timeout means no. `address` is what a
    client uses: a URL, or host:port. `death_signal` is sent by the kernel when the supervisor dies.
    `stop_limit` is how many seconds a stop may take before the process is killed. `hosts` are the systems
    that it simulates, each with its address. `niceness` (nice(2), 0 to 19) lowers its priority.
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
    without: frozenset[str] = SECRETS
    """Variables of the environment around it that it does not get."""
    privileges: tuple[str, ...] = ()
    """Options of setpriv(1) under which the process runs. PostgreSQL refuses to run as root."""
