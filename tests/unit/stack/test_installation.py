"""What an installation keeps: its clock, the agencies' secrets; and what is shown of addresses."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.clock import Clock
from simulators.agency.registry import DIALECTS
from tests.packaged import packaged
from vahid.stack import installation, requests, status
from vahid.stack.errors import StackError
from vahid.stack.home import Home, read_json
from vahid.stack.processes import AGENCIES, SIMULATORS, specification
from vahid.stack.status import ProcessStatus, StackStatus

EPOCH = datetime(2021, 8, 23, 5, tzinfo=UTC)
PORTS = {f"agency-{agency}": 8000 + i for i, agency in enumerate(AGENCIES)}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def test_real_time_without_a_wish(home: Home) -> None:
    assert installation.clock(home, None, None) == Clock()
    assert not home.clock.exists()


def test_the_clock_is_kept(home: Home) -> None:
    made = installation.clock(home, 43_200, EPOCH)
    assert (made.scale, made.epoch) == (43_200, EPOCH)
    assert datetime.now(UTC) - made.started_at < timedelta(minutes=1)
    assert installation.clock(home, None, None) == made
    assert installation.clock(home, 43_200, EPOCH) == made


@pytest.mark.parametrize(
    ("scale", "epoch"), [(2.0, EPOCH), (43_200, EPOCH + timedelta(days=1)), (None, EPOCH)]
)
def test_another_clock_is_refused(home: Home, scale: float | None, epoch: datetime) -> None:
    installation.clock(home, 43_200, EPOCH)
    with pytest.raises(StackError, match="another clock"):
        installation.clock(home, scale, epoch)


def test_agencies_keep_their_secrets_and_get_new_addresses(home: Home) -> None:
    installation.agencies(home, PORTS)
    first = read_json(home.agencies)
    installation.agencies(home, {**PORTS, "agency-moh": 9999})
    second = read_json(home.agencies)
    assert second["moh"].pop("base_url") == "http://127.0.0.1:9999"
    first["moh"].pop("base_url")
    assert second == first
    assert first["mlspp"]["webhook_secret"].startswith("whsec_")
    assert stat.S_IMODE(home.agencies.stat().st_mode) == 0o600


def test_every_connected_agency_is_simulated_and_known_as_its_system_asks(home: Home) -> None:
    connected = {agency.id: agency.connector for agency in packaged().agencies.values() if agency.connector}
    assert set(AGENCIES) == connected.keys() == DIALECTS.keys()
    installation.agencies(home, PORTS)
    with_a_password = {id_ for id_, entry in read_json(home.agencies).items() if ":" in entry["token"]}
    assert with_a_password == {id_ for id_, one in connected.items() if one["auth"] == {"kind": "basic"}}


def test_one_process_hosts_all_agencies_with_a_port_each(home: Home) -> None:
    hosting = specification(SIMULATORS[0], home, PORTS)
    assert hosting.hosts == {name: f"http://127.0.0.1:{port}" for name, port in PORTS.items()}
    assert hosting.environment["VAHID_SIMULATOR_DATA"] == str(home.root / "simulators")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql+asyncpg://vahid:secret@127.0.0.1:5432/vahid",
            "postgresql+asyncpg://vahid@127.0.0.1:5432/vahid",
        ),
        ("127.0.0.1:9092", "127.0.0.1:9092"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert status.shown(address) == shown


def test_a_supervisor_that_is_gone_is_not_taken_for_another_process(home: Home) -> None:
    one = ProcessStatus(name="kafka", kind="server", state="ready", pid=1, address="x", ready=True)
    written = StackStatus(state="ready", supervisor=1, supervised_since=1.0, processes=(one,))
    status.write(home, written)
    found = status.read(home)
    assert (found.state, found.supervisor) == ("dead", None)
    assert (found.processes[0].ready, found.processes[0].pid) == (False, None)


def test_a_request_to_nobody_is_an_error(home: Home) -> None:
    with pytest.raises(StackError, match="did not stop kafka"):
        requests.ask(home, 2**22 + 1, "stop", "kafka", limit=5)
    assert requests.pending(home) == []
