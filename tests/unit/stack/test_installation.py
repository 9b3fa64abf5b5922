"""What an installation keeps: its clock, and the agencies' secrets."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.clock import Clock
from simulators.agency.registry import DIALECTS
from tests.packaged import packaged
from vahid.stack import installation
from vahid.stack.errors import StackError
from vahid.stack.home import Home, read_json
from vahid.stack.processes import AGENCIES

EPOCH = datetime(2021, 8, 23, 5, tzinfo=UTC)
PORTS = {f"agency-{agency}": 8000 + i for i, agency in enumerate(AGENCIES)}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def test_time_is_real_by_default(home: Home) -> None:
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


def test_every_connected_agency_is_simulated_and_authenticates_as_the_catalogue_says(home: Home) -> None:
    connected = {agency.id: agency.connector for agency in packaged().agencies.values() if agency.connector}
    assert set(AGENCIES) == connected.keys() == DIALECTS.keys()
    installation.agencies(home, PORTS)
    with_a_password = {agency for agency, entry in read_json(home.agencies).items() if ":" in entry["token"]}
    assert with_a_password == {
        agency for agency, connector in connected.items() if connector["auth"] == {"kind": "basic"}
    }
