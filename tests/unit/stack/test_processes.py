"""The processes of the stack: one hosts all simulated agencies."""

from pathlib import Path

from vahid.stack.home import Home
from vahid.stack.processes import AGENCIES, SIMULATORS, specification

PORTS = {f"agency-{agency}": 8000 + number for number, agency in enumerate(AGENCIES)}


def test_one_process_hosts_all_agencies_with_a_port_each(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    hosting = specification(SIMULATORS[0], home, PORTS, {})
    assert hosting.hosts == {name: f"http://127.0.0.1:{port}" for name, port in PORTS.items()}
    assert hosting.environment["VAHID_SIMULATOR_DATA"] == str(home.root / "simulators")
