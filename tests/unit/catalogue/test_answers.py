"""The text of an answer: every service has one for every outcome, in both languages."""

from typing import get_args

import pytest
from jinja2 import UndefinedError

from catalogue.answers import FIELDS, answer_text
from schemas.appeals import Language
from schemas.case_lifecycle_events import Outcome
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder

CATALOGUE = packaged()
VALUES = {field: f"<{field}>" for field in FIELDS}


@pytest.mark.parametrize("outcome", get_args(Outcome))
@pytest.mark.parametrize("language", ["az", "en"])
def test_every_service_has_an_answer(outcome: Outcome, language: Language) -> None:
    for agreement in CATALOGUE.agreements.values():
        text = answer_text(agreement.answers[outcome], language, VALUES)
        assert "<tracking_number>" in text
        assert "<legal_basis>" in text
        assert "{" not in text
        if outcome in ("refused", "partly_satisfied"):
            assert "<reasons>" in text
        if outcome != "withdrawn":
            assert "<how_to_object>" in text


def test_a_passport_words_its_own_answer_and_its_version_stays(folder: Folder) -> None:
    before = folder.load()
    folder.edit(
        "passports/employment.yaml",
        "lead_agency:",
        "answers: {satisfied: {az: 'İş: {{ tracking_number }}', en: Job}}\nlead_agency:",
    )
    after = folder.load()
    text = answer_text(after.answer_template("employment", "satisfied"), "az", VALUES)
    assert text == "İş: <tracking_number>"
    assert (
        after.agreement("employment").answers["refused"] == before.agreement("employment").answers["refused"]
    )
    assert after.passport("employment") == before.passport("employment")
    assert after.version != before.version


def test_an_appeal_that_was_given_no_service_has_the_general_answer() -> None:
    assert CATALOGUE.answer_template("triage", "refused") == CATALOGUE.general_answers.refused


def test_a_value_is_no_template() -> None:
    text = answer_text(
        CATALOGUE.answer_template("employment", "satisfied"), "en", {**VALUES, "notes": "{{ 7 * 7 }}"}
    )
    assert "{{ 7 * 7 }}" in text


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="agency_title"):
        answer_text(
            CATALOGUE.answer_template("employment", "satisfied"),
            "en",
            {name: value for name, value in VALUES.items() if name != "agency_title"},
        )
