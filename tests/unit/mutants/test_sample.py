"""The sample is drawn from everything, with a seed; what makes no difference is known by its change."""

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.areas import AREAS, decides, modules
from tests.mutants.places import Mutant
from tests.mutants.sample import Equivalent, all_mutants, equivalents, reason_of, sample

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def everything() -> list[Mutant]:
    return all_mutants(ROOT)


def test_every_area_has_mutants(everything) -> None:
    counted = Counter(mutant.area for mutant in everything)
    assert set(counted) == set(AREAS) and min(counted.values()) > 50


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from catalogue.terms import Terms", True),
        ("import sqlalchemy", False),
        ("from sqlalchemy.ext.asyncio import AsyncConnection", False),
        ("from kit import database", False),
        ("import asyncio.events", False),
        ("import asyncio_of_others", True),
    ],
)
def test_a_service_decides_where_it_does_no_io(source: str, expected: bool) -> None:
    assert decides("services/x.py", source) is expected


def test_modules_that_decide_beside_io_are_there() -> None:
    paths = {path for _, path in modules(ROOT)}
    assert {"services/agency_adapter/status_inbox.py", "services/router/case_choice.py"} <= paths
    assert not {"services/intake/main.py", "ledger/tables.py"} & paths


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    drawn = sample(ROOT, 20, seed=1, within="ledger")
    assert drawn == sample(ROOT, 20, seed=1, within="ledger") != sample(ROOT, 20, seed=2, within="ledger")
    assert len(set(drawn)) == 20
    assert {mutant.area for mutant in drawn} == {"ledger"}


def test_a_change_of_the_code_draws_no_other_sample(tmp_path: Path) -> None:
    module = tmp_path / "ledger" / "sums.py"
    module.parent.mkdir()
    module.write_text("def f(a, b):\n    return a < b and a + b > 9\n")
    before = {mutant.change for mutant in sample(tmp_path, 4, seed=1)}
    module.write_text("# Longer.\n" + module.read_text())
    assert {mutant.change for mutant in sample(tmp_path, 4, seed=1)} == before


def test_what_makes_no_difference_is_known_in_any_line_but_not_in_another_function(everything) -> None:
    mutant = everything[0]
    same = Equivalent(mutant.path, mutant.function, mutant.change, "why")
    assert reason_of(mutant, [same]) == "why"
    assert reason_of(mutant, [Equivalent(mutant.path, "other", mutant.change, "why")]) is None


def test_each_change_that_makes_no_difference_is_there_still_and_says_why(everything) -> None:
    there = {(mutant.path, mutant.function, mutant.change) for mutant in everything}
    listed = equivalents()
    assert [entry for entry in listed if (entry.path, entry.function, entry.change) not in there] == []
    assert all(len(entry.reason.split()) > 3 for entry in listed)
