"""Each process of the stack has the secrets that it needs, and no others."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from kit.errors import PermanentError
from kit.key_files import create_keys
from kit.vault import Vault
from vahid.stack import installation
from vahid.stack.home import Home
from vahid.stack.processes import PORTS, SERVICES, SIMULATORS, Program, specification
from vahid.stack.specification import SECRETS, Specification
from vahid.stack.supervision.child import Child, environment_of

AROUND = dict.fromkeys((*SECRETS, "PATH", "VAHID_LOG_LEVEL"), "x")
OWN = dict.fromkeys(("VAHID_DATABASE_URL", "VAHID_KAFKA_BOOTSTRAP", "VAHID_KEYS"), "own")
SERVERS = set(OWN)
S3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
EXPECTED = {
    "agencies": ({"VAHID_AGENCIES"}, set()),
    "mail": (set(), set()),
    "sms": ({"VAHID_SMS_TOKEN"}, set()),
    "worker": (SERVERS, {"payload.key"}),
    "router": (SERVERS, {"master.key", "payload.key", "receipt-keys.json"}),
    "agency-adapter": (SERVERS | {"VAHID_AGENCIES"}, {"master.key", "digest.key", "payload.key"}),
    "notifier": (SERVERS | {"VAHID_SMS_TOKEN", "VAHID_SMTP_PASSWORD"}, {"master.key", "index.key"}),
    "console": (SERVERS, {"master.key", "payload.key"}),
    "intake": (SERVERS | S3, {"master.key", "index.key", "digest.key", "receipt.jwk"}),
}
PROGRAMS = pytest.mark.parametrize("program", [*SIMULATORS, *SERVICES], ids=lambda program: program.name)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@PROGRAMS
def test_a_process_has_its_own_secrets_only(program: Program, home: Home) -> None:
    found = specification(program, home, dict.fromkeys(PORTS, 1), OWN if program.kind == "service" else {})
    environment = environment_of(found, {}, AROUND)
    assert SECRETS & environment.keys() == EXPECTED[program.name][0]
    assert environment["PATH"] == environment["VAHID_LOG_LEVEL"] == "x"


@PROGRAMS
def test_a_process_has_its_own_keys_only(program: Program, home: Home) -> None:
    create_keys(home.keys)
    for _ in range(2):  # what an earlier version handed out is gone
        folder = installation.hand_out_keys(home, program, home.keys)
        assert {file.name for file in folder.iterdir()} == EXPECTED[program.name][1]
        (folder / "audit.key").symlink_to(home.keys / "master.key")
    assert all((folder / name).read_bytes() for name in program.keys)


def test_a_server_has_no_secret_of_ours(home: Home) -> None:
    async def ready() -> bool:
        return True

    server = Specification("postgres", "server", ("true",), "x", ready)
    assert SECRETS & environment_of(server, AROUND, AROUND).keys() == set()


async def test_a_process_sees_nothing_else(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAHID_API_KEY", "vahid_1_secret")

    async def ended() -> bool:
        return "PATH=" in home.log("env").read_text() if home.log("env").exists() else False

    child = Child(
        Specification("env", "simulator", ("sh", "-c", "env; sleep 60"), "x", ended), home, {}, list
    )
    child.start()
    assert await child.wait_ready(30)
    await child.stop()
    assert "VAHID_API_KEY" not in await asyncio.to_thread(home.log("env").read_text)


def test_a_key_that_a_process_did_not_ask_for_is_refused(home: Home) -> None:
    create_keys(home.keys)
    vault = Vault(home.keys, ("master.key",))
    for use in (lambda: vault.sign({}), lambda: vault.blind_index("a"), lambda: vault.body_digest(b"a")):
        with pytest.raises(PermanentError) as refused:
            use()
        assert refused.value.code == "keys_not_used"
    (home.keys / "receipt.jwk").unlink()
    assert Vault(home.keys, ("master.key",)).new_data_key("a")
    with pytest.raises(PermanentError) as missing:
        Vault(home.keys)
    assert missing.value.code == "keys_missing"


def test_a_home_is_closed_to_others_also_one_that_was_open(tmp_path: Path) -> None:
    root = tmp_path / "home"
    before = os.umask(0)
    try:
        root.mkdir(mode=0o755)
        found = Home.at(root)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (root, found.logs, found.run)} == {0o700}
