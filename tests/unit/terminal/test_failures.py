"""How a command fails: a sentence with a stable code, and an exit status that tells refusals from outages."""

import pytest
import typer

from kit.errors import PermanentError, TransientError
from kit.problem import Problem
from vahid.terminal.failures import reported


def failed(error: Exception, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(typer.Exit) as ended, reported(hint="Repeat it."):
        raise error
    return ended.value.exit_code, capsys.readouterr().err.strip()


def test_a_refusal_has_its_code_its_remedy_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    error = PermanentError("case.unknown", "There is no case X.", remedy="Give a case id.")
    assert failed(error, capsys) == (1, "case.unknown: There is no case X. Give a case id.")
    problem = Problem(403, "forbidden", "The key has another scope.", remedy="Use another key.")
    assert failed(problem, capsys) == (1, "forbidden: The key has another scope. Use another key.")


def test_an_outage_has_status_2_and_the_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(TransientError("case.no_answer", "No answer."), capsys) == (
        2,
        "case.no_answer: No answer. Repeat it.",
    )
    status, sentence = failed(ConnectionRefusedError(111, "refused"), capsys)
    assert status == 2 and sentence.startswith("store.unreachable: ") and sentence.endswith("Repeat it.")


def test_a_file_that_cannot_be_written_is_no_outage(capsys: pytest.CaptureFixture[str]) -> None:
    error = PermissionError(13, "Permission denied", "out.csv")
    assert failed(error, capsys) == (1, "file.failed: out.csv: Permission denied.")


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), BrokenPipeError(32, "pipe"), typer.Exit(3)])
def test_any_other_error_passes(error: Exception) -> None:
    with pytest.raises(type(error)), reported():
        raise error
