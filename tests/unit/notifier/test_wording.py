import pytest

from catalogue.model import Catalogue
from schemas.case_lifecycle_events import StepAnswer
from services.notifier.notices import (
    OVERALL,
    AnswerNotice,
    DelayNotice,
    ExtensionNotice,
    ForwardingNotice,
    InformationNotice,
    ReceiptNotice,
    ReviewNotice,
    TermNotice,
)
from services.notifier.wording import render_notice
from tests.builders import later
from tests.unit.notifier.builders import DUE, answered

RECEIPT = ReceiptNotice(tracking_numbers=("VHD-1",), services=("psychological-support",), due_at=DUE)


def answer(**more: object) -> AnswerNotice:
    payload = answered(**more)
    return AnswerNotice(tracking_numbers=("VHD-1", "VHD-2"), **payload.model_dump(exclude={"type", "track"}))


@pytest.mark.parametrize("language", ["az", "en"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_receipt_names_number_and_day(catalogue: Catalogue, channel: str, language: str) -> None:
    message = render_notice(catalogue, RECEIPT, channel, language, {})
    assert "VHD-1" in message.body
    assert f"{DUE.astimezone(catalogue.calendar.zone):%d.%m.%Y}" in message.body
    assert (message.subject is not None) == (channel == "email")


def test_an_answer_gives_outcome_reasons_basis_and_how_to_object(catalogue: Catalogue) -> None:
    body = render_notice(catalogue, answer(), "email", "en", {"t/b": "Come on Monday."}).body
    vocabularies = catalogue.vocabularies
    for text in (
        "VHD-1, VHD-2",
        catalogue.passports["psychological-support"].title.en,
        vocabularies.outcomes["refused"].en,
        vocabularies.reasons["not_entitled"].en,
        "Come on Monday.",
        "Article 10.1",
        catalogue.agencies["mlspp"].title.en,
        vocabularies.how_to_object.en.strip(),
    ):
        assert text in body


def test_a_reason_in_an_agency_s_own_words_is_the_reason(catalogue: Catalogue) -> None:
    results = (StepAnswer(step="t/a", agency_id="mlspp", status="refused"),)
    body = render_notice(
        catalogue, answer(results=results), "email", "en", {"t/a": "The register is closed."}
    ).body
    assert body.count("The register is closed.") == 1 and "not stated" not in body


def test_an_answer_is_in_the_language_asked_for(catalogue: Catalogue) -> None:
    body = render_notice(catalogue, answer(), "email", "az", {}).body
    assert catalogue.vocabularies.outcomes["refused"].az in body
    assert catalogue.vocabularies.outcomes["refused"].en not in body


def test_a_note_is_no_template(catalogue: Catalogue) -> None:
    body = render_notice(catalogue, answer(), "email", "en", {"t/a": "{{ 6 * 7 }} {% raise %}"}).body
    assert "{{ 6 * 7 }} {% raise %}" in body


def test_an_answer_for_an_unknown_service_is_still_rendered(catalogue: Catalogue) -> None:
    body = render_notice(catalogue, answer(service="triage", results=()), "email", "en", {}).body
    assert "your appeal" in body


CASES_OWN = (
    "information.not_provided",
    "appeal.withdrawn",
    "appeal.repeat",
    "track.closed",
    "step.predecessor_refused",
)


@pytest.mark.parametrize("code", CASES_OWN)
def test_the_case_s_own_reasons_have_labels(catalogue: Catalogue, code: str) -> None:
    results = (StepAnswer(step="t/a", agency_id="mlspp", status="cancelled", reason_code=code),)
    body = render_notice(catalogue, answer(results=results), "email", "az", {}).body
    assert catalogue.vocabularies.reasons[code].az in body and code not in body


def test_an_answer_of_the_centre_gives_its_reason_and_its_words(catalogue: Catalogue) -> None:
    results = (StepAnswer(step="t/a", agency_id="mlspp", status="cancelled", reason_code="track.closed"),)
    closed = answer(results=results, reason_code="nothing_available", sealed_note="sealed")
    assert closed.sealed_notes == {OVERALL: "sealed"}
    body = render_notice(catalogue, closed, "email", "en", {OVERALL: "Ask again in May."}).body
    reasons = catalogue.vocabularies.reasons
    assert f"Reason: {reasons['nothing_available'].en}." in body and "Ask again in May." in body
    assert reasons["track.closed"].en not in body


def test_a_consequent_reason_is_left_out_where_its_cause_is_given(catalogue: Catalogue) -> None:
    results = (
        StepAnswer(step="t/a", agency_id="moh", status="refused", reason_code="medical_grounds"),
        StepAnswer(step="t/b", agency_id="mlspp", status="cancelled", reason_code="step.predecessor_refused"),
    )
    body = render_notice(catalogue, answer(results=results), "email", "en", {}).body
    assert f"Reason: {catalogue.vocabularies.reasons['medical_grounds'].en}." in body


def test_an_extension_gives_its_reason_the_new_day_and_the_article(catalogue: Catalogue) -> None:
    article = "Law on citizens' appeals, Article 10.2"
    notice = ExtensionNotice(
        tracking_numbers=("VHD-1",), reason="additional_study", due_at=DUE, legal_basis=article
    )
    body = render_notice(catalogue, notice, "email", "en", {OVERALL: "The archive is asked."}).body
    reason = catalogue.vocabularies.reasons["additional_study"].en
    for text in ("VHD-1", reason, "The archive is asked.", "12.09.2021", "Article 10.2"):
        assert text in body


def test_a_moved_term_gives_both_days(catalogue: Catalogue) -> None:
    article = "Law on citizens' appeals, Article 10.1"
    notice = TermNotice(
        tracking_numbers=("VHD-1",), previous_due_at=later(24), due_at=DUE, legal_basis=article
    )
    for channel in ("sms", "email"):
        body = render_notice(catalogue, notice, channel, "en", {}).body
        assert "VHD-1" in body and "12.09.2021" in body
    assert "24.08.2021" in body and article in body


def test_a_delay_says_that_one_may_object(catalogue: Catalogue) -> None:
    notice = DelayNotice(tracking_numbers=("VHD-1",), due_at=DUE)
    for channel in ("sms", "email"):
        body = render_notice(catalogue, notice, channel, "en", {}).body
        assert "VHD-1" in body and "12.09.2021" in body and "object" in body
    assert catalogue.vocabularies.how_to_object.en in body


def test_an_information_request_names_agency_request_and_deadline(catalogue: Catalogue) -> None:
    notice = InformationNotice(
        tracking_numbers=("VHD-1",), agency_id="moh", due_at=DUE, reason="documents_missing"
    )
    body = render_notice(catalogue, notice, "email", "en", {OVERALL: "Form 88."}).body
    missing = catalogue.vocabularies.reasons["documents_missing"].en
    for text in ("VHD-1", catalogue.agencies["moh"].title.en, f"{missing}; Form 88.", "12.09.2021"):
        assert text in body
    unsaid = render_notice(catalogue, notice.model_copy(update={"reason": None}), "email", "en", {}).body
    assert "ask the call centre, 142" in unsaid


def test_a_forwarding_names_both_agencies_and_the_article(catalogue: Catalogue) -> None:
    notice = ForwardingNotice(tracking_numbers=("VHD-1",), from_agency="moh", to_agency="mlspp")
    body = render_notice(catalogue, notice, "email", "az", {}).body
    for text in (catalogue.agencies["moh"].title.az, catalogue.agencies["mlspp"].title.az, "Article 7.10"):
        assert text in body


def test_a_review_names_the_agency_that_reviews(catalogue: Catalogue) -> None:
    notice = ReviewNotice(tracking_numbers=("VHD-1",), service="psychological-support", agency_id="mlspp")
    body = render_notice(catalogue, notice, "email", "en", {}).body
    assert catalogue.agencies["mlspp"].title.en in body
    assert catalogue.passports["psychological-support"].title.en in body


@pytest.mark.parametrize(("language", "label"), [("az", "Cavab "), ("en", "Answer due")])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_review_says_until_when_it_is_answered_where_that_is_known(
    catalogue: Catalogue, channel: str, language: str, label: str
) -> None:
    known = {"tracking_numbers": ("VHD-1",), "service": "psychological-support", "agency_id": "mlspp"}
    with_term, without = (
        render_notice(catalogue, ReviewNotice(**known, due_at=due_at), channel, language, {}).body
        for due_at in (DUE, None)
    )
    day = f"{DUE.astimezone(catalogue.calendar.zone):%d.%m.%Y}"
    assert day in with_term and label in with_term
    assert day not in without and label not in without
