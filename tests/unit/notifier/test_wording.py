import pytest

from catalogue.model import Catalogue
from schemas.case_events import StepAnswer
from services.notifier.model import Answer, Receipt
from services.notifier.wording import word
from tests.unit.notifier.builders import DUE, answered

RECEIPT = Receipt(tracking_numbers=("VHD-1",), services=("psychological-support",), due_at=DUE)


def answer(**more: object) -> Answer:
    body = answered(**more)
    return Answer(tracking_numbers=("VHD-1", "VHD-2"), **body.model_dump(exclude={"type", "track"}))


@pytest.mark.parametrize("language", ["az", "en"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_receipt_names_number_and_day(catalogue: Catalogue, channel: str, language: str) -> None:
    message = word(catalogue, RECEIPT, channel, language, {})
    assert "VHD-1" in message.body
    assert f"{DUE.astimezone(catalogue.calendar.zone):%d.%m.%Y}" in message.body
    assert (message.subject is not None) == (channel == "email")


def test_an_answer_gives_outcome_reasons_basis_and_how_to_object(catalogue: Catalogue) -> None:
    body = word(catalogue, answer(), "email", "en", {"t/b": "Come on Monday."}).body
    vocabularies = catalogue.vocabularies
    for said in (
        "VHD-1, VHD-2",
        catalogue.passports["psychological-support"].title.en,
        vocabularies.outcomes["refused"].en,
        vocabularies.reasons["not_entitled"].en,
        "Come on Monday.",
        "Article 10.1",
        catalogue.agencies["mlspp"].title.en,
        vocabularies.how_to_object.en.strip(),
    ):
        assert said in body


def test_a_reason_in_a_body_s_own_words_is_the_reason(catalogue: Catalogue) -> None:
    results = (StepAnswer(step="t/a", agency_id="mlspp", status="refused"),)
    body = word(catalogue, answer(results=results), "email", "en", {"t/a": "The register is closed."}).body
    assert body.count("The register is closed.") == 1 and "not stated" not in body


def test_an_answer_is_in_the_language_asked_for(catalogue: Catalogue) -> None:
    body = word(catalogue, answer(), "email", "az", {}).body
    assert catalogue.vocabularies.outcomes["refused"].az in body
    assert catalogue.vocabularies.outcomes["refused"].en not in body


def test_a_note_is_no_template(catalogue: Catalogue) -> None:
    body = word(catalogue, answer(), "email", "en", {"t/a": "{{ 6 * 7 }} {% raise %}"}).body
    assert "{{ 6 * 7 }} {% raise %}" in body


def test_what_the_catalogue_does_not_have_is_still_said(catalogue: Catalogue) -> None:
    body = word(catalogue, answer(service="triage", results=()), "email", "en", {}).body
    assert "your appeal" in body
