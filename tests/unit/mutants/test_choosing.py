"""Tests that run the changed line come first, those of the module's own file before others."""

import pytest

from tests.mutants.choosing import FIRST, Covering, mirrors
from tests.mutants.places import Mutant

PATH = "services/router/case_choice.py"
MUTANT = Mutant("services", PATH, 10, 11, "f", "comparison", 0, 1, "a", "b")


def ran(lines: list[int], seconds: float = 1.0) -> dict[str, object]:
    return {"seconds": seconds, "lines": {PATH: lines}}


def test_the_order_is_line_then_mirror_then_module_then_the_rest() -> None:
    covering = Covering(
        {
            "tests/unit/a.py::other": {"seconds": 0.1, "lines": {}},
            "tests/unit/a.py::module": ran([1]),
            "tests/unit/a.py::slow": ran([11], 9),
            "tests/unit/a.py::quick": ran([10], 2),
            "tests/unit/router/test_case_choice.py::mirror": ran([10], 99),
            "tests/unit/router/test_case_choice.py::beside": ran([1], 99),
        }
    )
    first, rest = covering.stages(MUTANT)
    assert [test.partition("::")[2] for test in first] == ["mirror", "quick", "slow", "beside", "module"]
    assert [test.partition("::")[2] for test in rest] == ["other"]


def test_the_whole_layer_is_asked_in_two_stages() -> None:
    covering = Covering({f"tests/unit/a.py::{number}": ran([10]) for number in range(FIRST + 5)})
    first, rest = covering.stages(MUTANT)
    assert (len(first), len(rest)) == (FIRST, 5)
    assert {*first, *rest} == set(covering.tests)


@pytest.mark.parametrize(
    ("test", "path", "expected"),
    [
        ("tests/unit/router/test_case_choice.py::f", PATH, True),
        ("tests/unit/router/test_commands.py::f", PATH, False),
        ("tests/unit/workflows/case/test_rules.py::f", "workflows/case/rules.py", True),
        ("tests/unit/workflows/case/decide/tasks/test_a.py::f", "workflows/case/decide/tasks.py", True),
        ("tests/unit/catalogue/test_tasks.py::f", "workflows/case/decide/tasks.py", False),
    ],
)
def test_a_file_mirrors_its_module(test: str, path: str, expected: bool) -> None:
    assert mirrors(test, path) is expected
