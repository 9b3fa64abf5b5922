"""The command lines of a case: what they refuse, and how they fail when the database is away."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vahid.main import app

RUN = CliRunner()
UNREACHABLE = {"VAHID_DATABASE_URL": "postgresql+asyncpg://x:x@127.0.0.1:9/x", "VAHID_API_KEY": "vahid_1_x"}
"""An address at which no database listens."""

GIVEN = [
    ["place", "C", "t1.triage", "--service", "medicines"],
    ["reassign", "C", "t1.x", "moh"],
    ["redispatch", "C", "t1.x", "--reason", "lost"],
    ["report", "C", "t1.x", "fulfilled"],
    ["suspend", "C", "t1.x", "--charged-to", "force_majeure", "--reason", "flood"],
    ["resume", "C", "t1.x"],
    ["extend", "C", "--days", "5", "--reason", "other"],
    ["close", "C", "t1", "refused", "--reason", "other"],
    ["reopen", "C", "t1", "--reason", "new_facts"],
    ["annotate", "C", "--note", "-"],
    ["migrate", "C", "t1"],
    ["settle", "C", "correction/t1.x/1", "confirm"],
    ["provide-information", "C", "t1.x", "--note", "text"],
    ["withdraw", "C"],
    ["object", "C", "t1"],
    ["rate", "C", "t1", "5"],
    ["decide", "C", "agenda/case/1"],
    ["decide", "C", "agenda/case/1", "--instruct", "moh", "--within", "5"],
    ["revise-calendar", "C"],
]


@pytest.mark.parametrize("words", GIVEN, ids=lambda words: words[0])
def test_a_command_without_an_outcome_can_be_repeated_under_the_same_id(
    words: list[str], tmp_path: Path
) -> None:
    home = ["--home", str(tmp_path)]
    result = RUN.invoke(
        app, ["case", *words, "--command-id", "mine-1", *home], env=UNREACHABLE, input="a note"
    )
    assert result.exit_code == 2
    assert result.stderr.startswith("store.unreachable: ")
    assert result.stderr.rstrip().endswith("--command-id mine-1")


@pytest.mark.parametrize(
    "words",
    [
        ["suspend", "C", "t1.x", "--charged-to", "nobody", "--reason", "flood"],
        ["report", "C", "t1.x", "done"],
        ["rate", "C", "t1", "6"],
        ["settle", "C", "correction/t1.x/1", "perhaps"],
        ["annotate", "C"],
        ["decide", "C", "agenda/case/1", "--instruct", "moh"],
        ["decide", "C", "agenda/case/1", "--service", "medicines"],
        ["revise-calendar"],
        ["revise-calendar", "C", "--all-open"],
        ["resume", "C", "t1.x", "--command-id", "a/b"],
        ["resume", "C", "t1.x", "--command-id", ""],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_not_valid_is_refused_before_anything_is_asked(
    words: list[str], tmp_path: Path
) -> None:
    result = RUN.invoke(app, ["case", *words, "--home", str(tmp_path)], env=UNREACHABLE)
    assert result.exit_code == 2
    assert "store.unreachable" not in result.stderr


def test_all_open_prints_how_to_continue(tmp_path: Path) -> None:
    words = ["case", "revise-calendar", "--all-open", "--home", str(tmp_path)]
    result = RUN.invoke(app, words, env=UNREACHABLE)
    assert result.exit_code == 2
    assert "--command-id " in result.stderr


def test_without_an_outcome_no_json_is_printed(tmp_path: Path) -> None:
    words = ["case", "resume", "C", "t1.x", "--json", "--home", str(tmp_path)]
    assert RUN.invoke(app, words, env=UNREACHABLE).stdout == ""
