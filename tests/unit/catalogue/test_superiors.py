"""Who is one up from an agency, and what an agency does beside the steps of passports: reviews and instructions."""

import pytest

from catalogue.extra_steps import instruction, review
from catalogue.sources import CatalogueError
from catalogue.superiors import superior_of
from catalogue.terms import CENTRE
from kit.errors import PermanentError
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder

CATALOGUE = packaged()
LAND, DISABILITY = CATALOGUE.passport("land-plot"), CATALOGUE.passport("disability-assessment")


def test_every_chain_ends_with_the_centre() -> None:
    for agency in CATALOGUE.agencies:
        chain = [agency]
        while chain[-1] != CENTRE:
            chain.append(superior_of(CATALOGUE, chain[-1]))
            assert len(chain) < 5
    assert superior_of(CATALOGUE, "nasimi-executive") == superior_of(CATALOGUE, "moh") == "mlspp"
    assert superior_of(CATALOGUE, "mlspp") == superior_of(CATALOGUE, CENTRE) == CENTRE


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "remedy"),
    [
        ("moh", "superior: mlspp", "superior: moon", "no agency 'moon'.", "Known: "),
        (
            "mlspp",
            "superior: centre",
            "superior: moh",
            "above each other: mlspp below moh below mlspp",
            "Break",
        ),
        ("moh", "superior: mlspp", "superior: moh", "above each other: moh below moh.", "Break"),
        (
            "centre",
            "kind: centre",
            "kind: centre\nsuperior: mlspp",
            "nobody is above the centre",
            "Remove it.",
        ),
    ],
)
def test_a_fault_of_the_chain_is_named(
    folder: Folder, file: str, old: str, new: str, message: str, remedy: str
) -> None:
    folder.edit(f"agencies/{file}.yaml", old, new)
    with pytest.raises(CatalogueError) as caught:
        folder.load()
    found = next(one for one in caught.value.faults if one.file.endswith(f"{file}.yaml"))
    assert message in found.message and found.remedy.startswith(remedy)
    assert found.line == folder.line(f"agencies/{file}.yaml", "superior:")


def test_a_review_is_one_step_of_the_agency_above_that_sees_what_the_agencies_saw() -> None:
    passport, agencies = review(CATALOGUE, "disability-assessment", [DISABILITY], "moh")
    (step,) = passport.steps
    assert (passport.code, step.code, agencies) == ("disability-assessment", "review", {"review": "mlspp"})
    assert passport.lead_agency == step.agency == "mlspp"
    assert set(step.disclose) == {path for one in DISABILITY.steps for path in one.disclose}
    assert len(step.disclose) == len(set(step.disclose))
    assert passport.legal_basis == CATALOGUE.terms.review_basis
    assert (step.acknowledge_within, step.resolve_within) == (2, CATALOGUE.terms.review)


def test_the_version_of_a_review_follows_from_what_it_is() -> None:
    versions = {
        review(CATALOGUE, passport.code, [passport], by).passport.version
        for passport in (LAND, DISABILITY)
        for by in ("moh", "nasimi-executive", "mlspp")
    }
    assert len(versions) == 4  # two services, reviewed by the ministry or by the centre
    assert all(len(version) == 64 for version in versions)


def test_an_instruction_names_agency_and_term() -> None:
    passport, agencies = instruction(CATALOGUE, "land-plot", [LAND, DISABILITY], "khatai-executive", 1)
    (step,) = passport.steps
    assert (step.code, agencies) == ("instruction", {"instruction": "khatai-executive"})
    assert (step.acknowledge_within, step.resolve_within) == (1, 1)
    assert set(step.disclose) == {p for one in (LAND, DISABILITY) for s in one.steps for p in s.disclose}
    with pytest.raises(PermanentError, match="unknown_agency"):
        instruction(CATALOGUE, "land-plot", [LAND], "moon", 5)


def test_the_step_of_an_agency_that_is_not_connected_is_the_centres() -> None:
    alone = CATALOGUE.agency("mlspp").model_copy(update={"connector": None})
    without = CATALOGUE.model_copy(update={"agencies": {**CATALOGUE.agencies, "mlspp": alone}})
    passport, agencies = review(without, "land-plot", [LAND], "moh")
    assert passport.steps[0].agency == "mlspp"
    assert agencies == {"review": CENTRE}
