"""There is one way to open what is sealed, and one to write a file that a person names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bulk
import vahid.openapi
from vahid.main import app

RUNNER = CliRunner()
WRITING = {"write_text", "write_bytes", "open", "touch", "mkstemp", "NamedTemporaryFile"}
PACKAGES = [
    path
    for package in (bulk, vahid)
    for path in Path(*package.__path__).rglob("*.py")
    if not {"stack", "demo"} & set(path.parts) and path != Path(vahid.openapi.__file__)
]
"""`vahid.openapi` writes what is published, into the tree."""


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Each call in a module: the last of its name, and the whole of it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], ast.unparse(node)


def writes(name: str, call: str) -> bool:
    reads = name == "open" and ('"rb"' in call.replace("'", '"') or "errors=" in call or "vault" in call)
    return name in WRITING and not reads and "key.open(" not in call


def test_files_are_written_in_one_place() -> None:
    found = [(path.name, call) for path in PACKAGES for name, call in calls(path) if writes(name, call)]
    assert len(PACKAGES) > 50 and found == []
    assert writes("open", "path.open('w')") and writes("write_text", "pdf.write_text('a')")


def test_the_command_line_gets_a_vault_in_one_place() -> None:
    found = {path.name for path in PACKAGES for name, _ in calls(path) if name == "Vault"}
    assert found == {"opened_log.py"}


@pytest.mark.parametrize(
    "command",
    [
        ("case", "answer", "VHD-21-0000042-7"),
        ("case", "answer", "VHD-21-0000042-7", "--pdf", "a.pdf"),
        ("case", "answer", "VHD-21-0000042-7", "--json", "--reason", " "),
        ("case", "documents", "VHD-21-0000042-7", "--save", "scans"),
        ("export", "appeals", "--open", "all"),
    ],
)
def test_what_opens_asks_for_a_reason(command: tuple[str, ...], tmp_path: Path) -> None:
    result = RUNNER.invoke(app, [*command, "--home", str(tmp_path)])
    assert result.exit_code == 2 and "--reason" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("case", "answer", "VHD-21-0000042-7", "--reason", "a test", "--pdf"),
        ("case", "answer", "VHD-21-0000042-7", "--reason", "a test", "--html"),
        ("export", "appeals", "--output"),
        ("report", "--html"),
    ],
)
def test_what_writes_leaves_what_is_there(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "out").symlink_to(tmp_path / "victim")
    result = RUNNER.invoke(app, [*command, str(tmp_path / "out"), "--home", str(tmp_path)])
    assert result.exit_code == 1 and result.stderr.startswith("file.exists: ")
    assert (tmp_path / "victim").read_text() == "mine"
