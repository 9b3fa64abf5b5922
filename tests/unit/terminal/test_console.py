"""All that the command line prints goes through one place, which cleans it."""

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.live import Live
from rich.table import Table

import vahid
from bulk.exporting import _LinesWriter
from bulk.spreadsheet import NeutralWriter
from catalogue.loader import load
from kit.errors import PermanentError
from services.notifier.answer_document import as_html
from tests.unit.kit.test_printable import HOSTILE, controls_in
from tests.unit.notifier.test_answer_document import document
from vahid.commands.case.answer import show
from vahid.commands.logs import logs
from vahid.terminal.console import Console, echo
from vahid.terminal.failures import reported
from vahid.terminal.output import print_json
from vahid.terminal.stack_progress import Lines

(PACKAGE,) = vahid.__path__
PRINTERS = {"console.py", "output.py", "__main__.py"}
"""They are the one place, and the supervisor, whose words are its own."""

hostile_texts = pytest.mark.parametrize("hostile", HOSTILE)


def printing(tree: ast.AST) -> Iterator[str]:
    """What in a module prints by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "rich.console":
            yield from (alias.name for alias in node.names if alias.name == "Console")
        if isinstance(node, ast.ImportFrom) and node.module == "typer":
            yield from (alias.name for alias in node.names if "echo" in alias.name)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("print", "typer.echo", "typer.secho", "sys.stdout.write", "sys.stderr.write"):
                yield called
            if called == "sys.stdout.writelines" and "printable" not in ast.unparse(node):
                yield called


def test_no_command_prints_past_it() -> None:
    modules = [path for path in Path(PACKAGE).rglob("*.py") if path.name not in PRINTERS]
    found = {path.name: list(printing(ast.parse(path.read_text()))) for path in modules}
    assert len(modules) > 50 and {name: calls for name, calls in found.items() if calls} == {}
    assert list(printing(ast.parse("import sys; print(1); sys.stdout.writelines(log)"))) != []


@hostile_texts
def test_what_is_echoed_is_clean(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    echo(f"a{hostile}b")
    echo(f"a{hostile}b", err=True)
    print_json({hostile: [hostile]})
    with pytest.raises(BaseException), reported():  # noqa: B017 - typer's Exit
        raise PermanentError("a.code", hostile)
    Lines(StringIO()).print_line(hostile)
    captured = capsys.readouterr()
    assert controls_in(captured.out + captured.err) == [] and captured.err.startswith("a")


@hostile_texts
def test_a_console_cleans_all_that_it_renders_and_reads_no_markup(hostile: str) -> None:
    console = Console(file=(out := StringIO()))
    table = Table("a", title=f"[red]{hostile}")
    table.add_row(f"[link=http://example.az]{hostile}[/link]")
    console.print(table)
    console.print(f"[bold]:bomb:{hostile}", highlight=False)
    console.out(hostile)
    with Live(table, console=console):
        pass
    assert controls_in(out.getvalue()) == []
    assert "[bold]" in out.getvalue() and "[link=" in out.getvalue() and ":bomb:" in out.getvalue()


@hostile_texts
def test_an_answer_is_clean_on_the_terminal_and_as_a_page(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = document(load(), a=f"Gəlin {hostile}.", b=hostile)
    show(noted, as_json=False)
    show(noted, as_json=True)
    assert controls_in(capsys.readouterr().out + as_html(noted)) == []


@hostile_texts
def test_a_log_is_shown_clean(hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kafka.log").write_text(f"{hostile}\n", errors="replace")
    logs("kafka", tmp_path, 10, False, False)
    logs("kafka", tmp_path, 10, False, True)
    assert controls_in(capsys.readouterr().out) == []


@hostile_texts
def test_what_goes_into_files_is_clean(hostile: str) -> None:
    rejects, lines = StringIO(), StringIO()
    NeutralWriter(rejects).write((hostile, f"={hostile}"))
    _LinesWriter(lines).write({"text": hostile}, {"more": hostile})
    assert controls_in(rejects.getvalue().replace("\r\n", "")) == [] and "'=" in rejects.getvalue()
    assert controls_in(lines.getvalue()) == []
