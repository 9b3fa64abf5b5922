"""The command `vahid`: it lists its commands without loading them, and tells errors plainly."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vahid.main import COMMANDS, app, load

RUNNER = CliRunner()


def test_help_names_every_command() -> None:
    told = RUNNER.invoke(app, ["--help"]).output
    assert all(name in told for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = load(name)
    told = RUNNER.invoke(app, [name, "--help"]).output
    assert told
    commands = getattr(command, "commands", {name: command})
    assert all("Example:" in (one.help or "") for one in commands.values())


def test_listing_the_commands_loads_nothing_heavy() -> None:
    heavy = "temporalio fastapi sqlalchemy aiokafka aiohttp vahid.commands.up".split()
    code = (
        "import sys; from typer.testing import CliRunner; from vahid.main import app;"
        "CliRunner().invoke(app, ['--help']); print(*[m for m in sys.argv[1:] if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_unknown_command_is_refused() -> None:
    assert RUNNER.invoke(app, ["staus"]).exit_code == 2


def test_status_and_down_of_nothing(tmp_path: Path) -> None:
    home = tmp_path / "none"
    assert RUNNER.invoke(app, ["status", "--home", str(home)]).exit_code == 3
    assert "Nothing was running" in RUNNER.invoke(app, ["down", "--home", str(home)]).output
    assert not home.exists()


def test_an_error_of_ours_is_a_sentence(tmp_path: Path) -> None:
    told = RUNNER.invoke(app, ["restart", "kafka", "--home", str(tmp_path)])
    assert told.exit_code == 1
    assert told.stderr.startswith("unknown_process: There is no process 'kafka'.")
    assert isinstance(told.exception, SystemExit | typer.Exit)
