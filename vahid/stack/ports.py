"""Ports of the processes: chosen free at first, then kept, or set by `VAHID_<NAME>_PORT`.

They are chosen below the range from which the kernel takes the ports of outgoing connections. Inside it, a
client that retries a stopped server can get the server's own port, connect to itself, and block the server.
"""

import random
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from vahid.stack.errors import StackError
from vahid.stack.home import Home, changed_json

_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 12000


def variable(name: str) -> str:
    """The environment variable that sets the port called `name`."""
    return f"VAHID_{name.upper().replace('-', '_')}_PORT"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(taken: set[int]) -> int:
    """A free port that is not in `taken`.

    Raises:
        StackError: `no_free_port`: none was found in a thousand tries.
    """
    highest = int(_RANGE_FILE.read_text().split()[0]) if _RANGE_FILE.exists() else 32768
    for _ in range(1000):
        port = random.randrange(_LOWEST, max(highest, _LOWEST + 1000))
        if port not in taken and is_free(port):
            return port
    raise StackError(
        "no_free_port", "No free port was found on 127.0.0.1.", remedy="Set one with VAHID_<NAME>_PORT."
    )


def keep(home: Home, names: Sequence[str], environment: Mapping[str, str]) -> dict[str, int]:
    """The port of each name: from the environment, else as kept in `ports.json`, else chosen and kept.

    Raises:
        StackError: `bad_port`, or `port_in_use` by another program.
    """
    with changed_json(home.ports) as kept:
        for name in names:
            if name not in kept:
                kept[name] = choose(set(kept.values()))
        ports = {name: _set_by(environment, name) or int(kept[name]) for name in names}
    for name, port in ports.items():
        if not is_free(port):
            raise StackError(
                "port_in_use",
                f"Port {port} of {name} is in use by another program.",
                remedy=f"Stop that program, or set {variable(name)} to another port.",
            )
    return ports


def _set_by(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(variable(name))
    if not text:
        return None
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(
            "bad_port", f"{variable(name)} is {text!r}.", remedy="Set it to a number up to 65535."
        )
    return int(text)
