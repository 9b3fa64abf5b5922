"""On a small checkout: a mutant is noticed or survives, and the tree stays as it was."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import running
from tests.mutants.places import mutants
from tests.mutants.report import as_json, share, survivors_of, table
from tests.mutants.running import BaselineError, Result, Tree

MODULE = "workflows/case/sums.py"
SOURCE = """
def total(numbers):
    left = list(numbers)
    found = 0
    while len(left) != 0:
        found += left.pop()
    return found

def untested(a):
    return a < 1
"""
RENAMED = """
import pytest
from workflows.case.sums import total

@pytest.mark.parametrize("sum", [total([1])])
def test_named_by_what_is_changed(sum):
    assert sum == 1
"""
TEST = "from workflows.case.sums import total\n\ndef test_total():\n    assert total([1, 2]) == {}\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "workflows" / "case").mkdir(parents=True)
    (tmp_path / MODULE).write_text(SOURCE)
    shutil.copytree(Path(running.__file__).parent, tmp_path / "tests" / "mutants")
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "unit").mkdir()
    (tmp_path / "tests" / "unit" / "test_sums.py").write_text(TEST.format(3))
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def tree(checkout: Path) -> Iterator[Tree]:
    tree = Tree(checkout)
    yield tree
    tree.close()


def test_the_layer_notices_what_it_runs_and_no_more(tree: Tree, checkout: Path, monkeypatch) -> None:
    monkeypatch.setattr(running, "LONGEST_TEST_SECONDS", 5)
    covering = tree.covering()
    (name,) = covering.tests
    assert name == "tests/unit/test_sums.py::test_total"
    assert sorted(covering.tests[name]["lines"][MODULE]) == [3, 4, 5, 6, 7]
    outcomes = {
        mutant.change: tree.try_out(mutant, covering).outcome
        for mutant in mutants("case", MODULE, SOURCE)
        if mutant.operator in ("comparison", "constant + 1") and mutant.line != 5
    }
    assert outcomes == {
        "constant + 1: 0 -> 1": "noticed",
        "comparison: a < 1 -> (a <= 1)": "survived",
        "constant + 1: 1 -> 2": "survived",
    }
    assert (tree.root / MODULE).read_text() == (checkout / MODULE).read_text() == SOURCE


def test_a_test_that_the_change_has_renamed_is_asked_too(checkout: Path) -> None:
    (checkout / "tests" / "unit" / "test_sums.py").write_text(RENAMED)
    tree = Tree(checkout)
    try:
        covering = tree.covering()
        (mutant,) = (
            found
            for found in mutants("case", MODULE, SOURCE)
            if (found.line, found.operator) == (4, "constant + 1")
        )
        assert tree.try_out(mutant, covering).outcome == "noticed"
    finally:
        tree.close()


def test_without_a_change_the_tests_must_pass(checkout: Path) -> None:
    (checkout / "tests" / "unit" / "test_sums.py").write_text(TEST.format(4))
    tree = Tree(checkout)
    try:
        with pytest.raises(BaselineError, match="test_total"):
            tree.covering()
    finally:
        tree.close()
    assert not tree.root.exists()


def test_the_table_counts_by_area_and_names_the_survivors() -> None:
    first, second, third = list(mutants("case", MODULE, SOURCE))[:3]
    results = [Result(first, "noticed"), Result(second, "survived"), Result(second, "time limit")]
    text = table(results, [(third, "for a reason")])
    assert share(results) == pytest.approx(2 / 3)
    assert ["case", "3", "2", "1", "66.7%"] in [line.split() for line in text.splitlines()]
    assert f"survived  {MODULE}:{second.line} total  {second.change}" in text
    assert "1 by a time limit; 1 more" in text and "for a reason" in text
    assert '"outcome": "survived"' in as_json(1, results, [])
    assert survivors_of(as_json(1, results, []), [first, second, third]) == [second]
