"""The command lines of a case: what they refuse to ask, and what they say when nobody can be asked."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vahid.commands.case import app

RUN = CliRunner()
NOBODY = {"VAHID_DATABASE_URL": "postgresql+asyncpg://x:x@127.0.0.1:9/x", "VAHID_API_KEY": "vahid_1_x"}
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
    ["provide-information", "C", "t1.x", "--note", "said"],
    ["withdraw", "C"],
    ["object", "C", "t1"],
    ["rate", "C", "t1", "5"],
    ["decide", "C", "agenda/case/1"],
    ["decide", "C", "agenda/case/1", "--instruct", "moh", "--within", "5"],
    ["revise-calendar", "C"],
]


@pytest.mark.parametrize("words", GIVEN, ids=lambda words: words[0])
def test_who_cannot_be_asked_can_be_asked_again_by_the_same_id(words: list[str], tmp_path: Path) -> None:
    home = ["--home", str(tmp_path)]
    told = RUN.invoke(app, [*words, "--command-id", "mine-1", *home], env=NOBODY, input="a note")
    assert told.exit_code == 2
    assert "could not be reached" in told.stderr and told.stderr.rstrip().endswith("--command-id mine-1")


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
def test_what_makes_no_sense_is_not_asked(words: list[str], tmp_path: Path) -> None:
    told = RUN.invoke(app, [*words, "--home", str(tmp_path)], env=NOBODY)
    assert told.exit_code == 2
    assert "could not be reached" not in told.stderr


def test_all_open_says_how_to_go_on(tmp_path: Path) -> None:
    told = RUN.invoke(app, ["revise-calendar", "--all-open", "--home", str(tmp_path)], env=NOBODY)
    assert told.exit_code == 2
    assert "--command-id " in told.stderr


def test_nothing_is_printed_as_an_outcome_that_there_is_not(tmp_path: Path) -> None:
    told = RUN.invoke(app, ["resume", "C", "t1.x", "--json", "--home", str(tmp_path)], env=NOBODY)
    with pytest.raises(json.JSONDecodeError):
        json.loads(told.stdout)
