"""Commit messages: what is refused, and what is read of a clone without history."""

from pathlib import Path

import pytest

from deploy.commit_subjects import LIMIT, faults, main, messages_of_head


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Name the agency", 0),
        ("Name the agency\n\nIt was another.", 0),
        ("x" * LIMIT, 0),
        ("x" * (LIMIT + 1), 1),
        ("Name the agency.", 1),
        ("Name the agency\nIt was another.", 1),
        ("# a comment of git\n", 1),
        ("", 1),
    ],
)
def test_a_message_is_refused_for_its_form(message: str, count: int) -> None:
    assert len(list(faults(message))) == count


def test_the_hook_refuses_a_long_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "COMMIT_EDITMSG").write_text("x" * (LIMIT + 1))
    assert main([str(tmp_path / "COMMIT_EDITMSG")]) == 1
    assert "73 characters" in capsys.readouterr().err


def test_a_folder_without_history_has_no_messages(tmp_path: Path) -> None:
    assert messages_of_head(tmp_path) == {}
