"""The command `vahid`: its registry, the help of every command, and errors in one sentence."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import vahid.commands
from vahid.commands.registry import COMMANDS, REGISTRY
from vahid.main import app, load

RUNNER = CliRunner()
WITHOUT_JSON = {"export appeals"}
"""It has --format jsonl."""


def subcommands() -> Iterator[tuple[str, Any]]:
    """Every command that runs something, by its name."""
    for name in COMMANDS:
        command = load(name)
        for below, subcommand in getattr(command, "commands", {"": command}).items():
            yield f"{name} {below}".strip(), subcommand


def every_subcommand() -> pytest.MarkDecorator:
    found = list(subcommands())
    return pytest.mark.parametrize("command", found, ids=[name for name, _ in found])


def test_help_lists_every_command() -> None:
    output = RUNNER.invoke(app, ["--help"]).output
    assert all(command.name in output for command in REGISTRY)


def test_every_module_of_a_command_is_registered() -> None:
    (folder,) = vahid.commands.__path__
    modules = {path.stem for path in Path(folder).iterdir() if not path.name.startswith(("_", "."))}
    assert modules - {"registry"} == {command.module for command in REGISTRY}


@every_subcommand()
def test_every_command_has_help_with_statuses_and_an_example(command: tuple[str, Any]) -> None:
    name, subcommand = command
    text = subcommand.help or ""
    assert f"Example: vahid {name}" in text
    assert "Exit status: " in text
    assert text.split("\n", 1)[0].endswith("."), "the first line is a sentence"


@every_subcommand()
def test_every_option_has_help_and_every_command_prints_json(command: tuple[str, Any]) -> None:
    name, subcommand = command
    options = [option for parameter in subcommand.params for option in parameter.opts]
    assert ("--json" in options) == (name not in WITHOUT_JSON)
    silent = [
        parameter.name
        for parameter in subcommand.params
        if not parameter.help and parameter.name not in ("install_completion", "show_completion")
    ]
    assert silent == []


def test_listing_the_commands_loads_nothing_heavy() -> None:
    heavy = "temporalio fastapi sqlalchemy aiokafka aiohttp vahid.commands.up".split()
    assert loaded(["--help"], heavy) == []


def test_help_of_a_case_command_loads_no_store() -> None:
    assert loaded(["case", "list", "--help"], "temporalio sqlalchemy aiokafka kafka".split()) == []


def loaded(arguments: list[str], modules: list[str]) -> list[str]:
    """Which of the modules a command line loads."""
    code = (
        "import sys; from typer.testing import CliRunner; from vahid.main import app;"
        f"CliRunner().invoke(app, {arguments}); print(*[m for m in sys.argv[1:] if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_an_unknown_command_is_refused() -> None:
    assert RUNNER.invoke(app, ["staus"]).exit_code == 2


def test_status_and_down_where_nothing_runs(tmp_path: Path) -> None:
    home = tmp_path / "none"
    assert RUNNER.invoke(app, ["status", "--home", str(home)]).exit_code == 3
    assert "Nothing was running" in RUNNER.invoke(app, ["down", "--home", str(home)]).output
    assert not home.exists()


def test_an_error_is_a_sentence_with_its_code(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["restart", "kafka", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("unknown_process: There is no process 'kafka'.")
    assert isinstance(result.exception, SystemExit | typer.Exit)


def test_a_log_that_does_not_exist_is_refused_and_one_that_does_is_shown(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "router.log").write_text("one\ntwo\nthree\n")
    home = ["--home", str(tmp_path)]
    assert RUNNER.invoke(app, ["logs", "router", "-n", "2", *home]).stdout == "two\nthree\n"
    as_json = RUNNER.invoke(app, ["logs", "router", "-n", "1", "--json", *home]).stdout
    assert as_json == '{"process": "router", "line": "three"}\n'
    unknown = RUNNER.invoke(app, ["logs", "../secrets", *home])
    assert (
        unknown.exit_code == 1 and unknown.stderr.startswith("log.unknown: ") and "router" in unknown.stderr
    )
