"""The longest chain of a passport's steps, and the fields of an appeal that it can disclose."""

import pytest

from catalogue.loader import load
from catalogue.passport_checks import critical_path, disclosable_fields
from schemas.passports import PassportStep, Text
from tests.unit.catalogue.conftest import Folder


def step(code: str, days: int, *after: str) -> PassportStep:
    return PassportStep(
        code=code,
        title=Text(az=code, en=code),
        agency="moh",
        after=after,
        acknowledge_within=1,
        resolve_within=days,
        disclose=(),
    )


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        ([step("a", 5)], 5),
        ([step("a", 5), step("b", 7)], 7),  # in parallel: the longer
        ([step("a", 5), step("b", 7, "a")], 12),  # one after the other: the sum
        ([step("b", 7, "a"), step("a", 5)], 12),  # whatever their order in the file
        ([step("a", 5), step("b", 7), step("c", 2, "a", "b")], 9),
        ([step("a", 5), step("b", 7), step("c", 4, "a"), step("d", 1, "b"), step("e", 1, "c", "d")], 10),
    ],
)
def test_the_critical_path(steps: list[PassportStep], days: int) -> None:
    assert critical_path(steps) == days


def test_a_critical_path_may_take_the_whole_statutory_term(folder: Folder) -> None:
    """12 + 18 working days are exactly the 30 of the law."""
    folder.edit("passports/disability-assessment.yaml", "resolve_within: 15", "resolve_within: 18")
    assert critical_path(load(folder.path).passports["disability-assessment"].steps) == 30


def test_people_are_disclosed_field_by_field() -> None:
    fields = disclosable_fields()
    assert {"applicant.fin", "representative.ground", "category", "district", "text"} <= fields
    assert not {"applicant", "representative", "details"} & fields
