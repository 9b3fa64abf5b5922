"""The whole stack from the command line: up, one killed, down, the supervisor killed, up with data kept."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import psutil
import pytest
from sqlalchemy import make_url

from tests.stack import DEMO_EPOCH, DEMO_SCALE, run, whole_stack
from vahid.stack import Stack
from vahid.stack.processes import AGENCIES

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

EXPECTED = {
    *("postgres", "kafka", "temporal"),
    *("agencies", "mail", "sms"),
    *("worker", "router", "agency-adapter", "notifier", "console", "intake"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("restarting")


@pytest.fixture(scope="module")
def own(home: Path) -> Iterator[Stack]:
    stack = whole_stack(home)
    try:
        yield stack
    finally:
        stack.stop()


def vahid(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vahid.main", *arguments, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def up(home: Path) -> subprocess.CompletedProcess[str]:
    return vahid(home, "up", "--detach", "--scale", str(DEMO_SCALE), "--epoch", DEMO_EPOCH.isoformat())


def status(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vahid(home, "status", "--json").stdout)
    return found


async def write_mark(url: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    await connection.execute("CREATE TABLE mark AS SELECT 1 AS kept")
    await connection.close()


async def read_mark(url: str) -> int:
    connection = await asyncpg.connect(_plain(url))
    kept = int(await connection.fetchval("SELECT kept FROM mark"))
    await connection.close()
    return kept


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_up_shows_all_processes_ready(home: Path, own: Stack) -> None:
    done = up(home)
    assert done.returncode == 0, done.stderr
    found = status(home)
    assert found["state"] == "ready"
    assert {process["name"] for process in found["processes"]} == EXPECTED
    assert all(process["ready"] and process["pid"] and process["address"] for process in found["processes"])
    hosts = next(process["hosts"] for process in found["processes"] if process["name"] == "agencies")
    assert hosts.keys() == {f"agency-{agency}" for agency in AGENCIES}
    assert all(httpx2.get(f"{address}/readyz").is_success for address in hosts.values())
    assert own.api_keys.keys() == {
        "on_site",
        "call_centre",
        "mobile",
        "online",
        "import",
        "staff",
        "commission",
    }
    run(lambda: write_mark(own.environment()["VAHID_DATABASE_URL"]))


def test_a_second_up_is_refused(home: Path) -> None:
    done = up(home)
    assert done.returncode == 1
    assert "runs already" in done.stderr


@pytest.mark.parametrize("name", ["router", "postgres"])
def test_a_killed_process_returns(own: Stack, name: str) -> None:
    before = own.process(name).restarts
    killed = own.kill(name)
    own.wait_until_ready()
    after = own.process(name)
    assert after.pid != killed
    assert after.restarts == before + 1


def test_a_stopped_process_stays_stopped_until_started(own: Stack) -> None:
    own.stop_process("kafka")
    assert own.process("kafka").state == "stopped"
    own.start_process("kafka")
    own.wait_until_ready()


def test_a_killed_supervisor_leaves_nothing_that_blocks_the_next_up(home: Path, own: Stack) -> None:
    processes = [psutil.Process(process.pid) for process in own.status().processes]
    supervisor = own.status().supervisor
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(supervisor)], timeout=10)
    keys = own.api_keys
    done = up(home)
    assert done.returncode == 0, done.stderr
    now = {process.pid for process in own.status().processes}
    assert not any(process.pid in now for process in processes)
    assert all(not process.is_running() or process.status() == "zombie" for process in processes)
    assert own.api_keys == keys


def test_down_and_up_keep_ports_keys_and_data(home: Path, own: Stack) -> None:
    before, keys, environment = own.addresses, own.api_keys, own.environment()
    processes = [psutil.Process(process.pid) for process in own.status().processes]
    assert vahid(home, "down").returncode == 0
    assert all(not process.is_running() or process.status() == "zombie" for process in processes)
    assert vahid(home, "status").returncode == 3
    assert up(home).returncode == 0
    assert (own.addresses, own.api_keys, own.environment()) == (before, keys, environment)
    assert run(lambda: read_mark(environment["VAHID_DATABASE_URL"])) == 1
