"""Steps outside the passports: reviews of answers and instructions of the Commission."""

import pytest

from catalogue.extra_steps import instruction, review
from catalogue.terms import CENTRE
from kit.errors import PermanentError
from tests.packaged import packaged

CATALOGUE = packaged()
LAND, DISABILITY = CATALOGUE.passport("land-plot"), CATALOGUE.passport("disability-assessment")


def test_a_review_is_one_step_of_the_superior_with_the_fields_that_the_agencies_may_see() -> None:
    passport, agencies = review(CATALOGUE, "disability-assessment", [DISABILITY], "moh")
    (step,) = passport.steps
    assert (passport.code, step.code, agencies) == ("disability-assessment", "review", {"review": "mlspp"})
    assert passport.lead_agency == step.agency == "mlspp"
    assert set(step.disclose) == {path for seen in DISABILITY.steps for path in seen.disclose}
    assert len(step.disclose) == len(set(step.disclose))
    assert passport.legal_basis == CATALOGUE.terms.review_basis
    assert (step.acknowledge_within, step.resolve_within) == (2, CATALOGUE.terms.review)


def test_the_version_of_a_review_follows_from_its_content() -> None:
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
    assert set(step.disclose) == {
        path for passport in (LAND, DISABILITY) for seen in passport.steps for path in seen.disclose
    }
    with pytest.raises(PermanentError, match="unknown_agency"):
        instruction(CATALOGUE, "land-plot", [LAND], "moon", 5)


def test_the_step_of_an_agency_that_is_not_connected_is_the_centres() -> None:
    alone = CATALOGUE.agency("mlspp").model_copy(update={"connector": None})
    without = CATALOGUE.model_copy(update={"agencies": {**CATALOGUE.agencies, "mlspp": alone}})
    passport, agencies = review(without, "land-plot", [LAND], "moh")
    assert passport.steps[0].agency == "mlspp"
    assert agencies == {"review": CENTRE}
