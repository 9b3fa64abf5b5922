"""Ports: chosen once, kept, set by the environment, never inside the range of outgoing connections."""

import socket
from pathlib import Path

import pytest

from vahid.stack import ports
from vahid.stack.errors import StackError
from vahid.stack.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def test_ports_are_kept_and_differ(home: Home) -> None:
    first = ports.keep(home, ["kafka", "intake"], {})
    assert ports.keep(home, ["intake", "kafka", "router"], {}) | first == ports.keep(
        home, ["kafka", "intake", "router"], {}
    )
    assert len(set(first.values())) == 2


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    lowest_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    taken: set[int] = set()
    for _ in range(50):
        taken.add(ports.choose(taken))
    assert len(taken) == 50
    assert max(taken) < max(lowest_outgoing, 13000)


def test_the_environment_sets_a_port(home: Home) -> None:
    wanted = ports.choose(set())
    assert ports.keep(home, ["agency-moh"], {"VAHID_AGENCY_MOH_PORT": str(wanted)}) == {"agency-moh": wanted}


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1"])
def test_a_port_that_is_no_number_of_a_port_is_refused(home: Home, text: str) -> None:
    with pytest.raises(StackError, match="VAHID_KAFKA_PORT"):
        ports.keep(home, ["kafka"], {"VAHID_KAFKA_PORT": text})


def test_a_port_in_use_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = str(server.getsockname()[1])
        with pytest.raises(StackError, match=f"Port {taken} of mail") as caught:
            ports.keep(home, ["mail"], {"VAHID_MAIL_PORT": taken})
    assert "VAHID_MAIL_PORT" in caught.value.remedy
