"""What is accepted, what is refused, and that no refusal repeats what was sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.damaged_text import means_none
from kit.problem import MOST_ERRORS
from schemas.appeals import AppealContent
from services.intake.appeals import responses
from services.intake.appeals.acceptance import sealable
from services.intake.appeals.domain import AppealRefused, accept, notice_channels
from services.intake.appeals.submission import Representative, Submission
from tests.unit.intake.submissions import KNOWN, applicant, body


def refusal(sent: dict[str, Any]) -> AppealRefused:
    with pytest.raises(AppealRefused) as refused:
        accept(sent, KNOWN)
    return refused.value


@given(st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjklmnpqrstuvwxyz", min_size=7, max_size=7))
def test_seven_characters_without_i_and_o_are_a_fin(fin: str) -> None:
    assert accept(applicant(fin=fin), KNOWN).applicant.fin == fin.upper()


@given(st.text(max_size=9))
def test_anything_else_is_no_fin(fin: str) -> None:
    allowed = set("0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjklmnpqrstuvwxyz")
    if not (len(fin.strip()) == 7 and set(fin.strip()) <= allowed) and not means_none(fin):
        assert any(each.pointer == "/applicant/fin" for each in refusal(applicant(fin=fin)).findings)


@pytest.mark.parametrize("fin", ["5ABC1DI", "5ABC1DO", "5abc1do", "5ABC1D", "5ABC1D23", "5ABC1Dı", "٥ABC1D2"])
def test_lookalikes_are_no_fin(fin: str) -> None:
    assert refusal(applicant(fin=fin)).code == "fin.invalid"


def test_a_fin_is_optional() -> None:
    assert accept(applicant(fin=None), KNOWN).applicant.fin is None


@pytest.mark.parametrize(
    "missing",
    [
        applicant(surname=None),
        applicant(name=None),
        applicant(surname="  "),
        applicant(name="-"),
        applicant(phone=None, email=None),
        body(applicant={}),
        body(applicant=None),
        body(applicant=None, channel=7),
        {},
    ],
)
def test_an_anonymous_appeal_is_refused_with_the_reason_of_the_law(missing: dict[str, Any]) -> None:
    refused = refusal(missing)
    assert refused.code == "appeal.anonymous"
    assert "6.3 and 6.4" in refused.detail


@pytest.mark.parametrize("contact", [{"phone": "+994501234567"}, {"email": "a@b.az"}, {"address": "Bakı"}])
def test_one_contact_is_enough_also_the_representatives(contact: dict[str, str]) -> None:
    person = {"surname": "Nümunəyev", "name": "Nümunə"}
    assert accept(body(applicant=person | contact), KNOWN)
    representative = person | contact | {"ground": "power of attorney"}
    assert accept(body(applicant=person, representative=representative), KNOWN)


def test_a_representative_needs_a_ground() -> None:
    representative = {"surname": "Nümunəyev", "name": "Nümunə", "phone": "+994501234567"}
    findings = refusal(body(representative=representative)).findings
    assert [each.pointer for each in findings] == ["/representative/ground"]


@pytest.mark.parametrize("phone", ["+4915112345678", "112", "+99450123", "no", "+994501234567;ext=1"])
def test_a_phone_is_one_of_azerbaijan(phone: str) -> None:
    assert refusal(applicant(phone=phone)).code == "phone.invalid"


@pytest.mark.parametrize("phone", ["050 123 45 67", "(050) 123-45-67", "+994 50 123 45 67"])
def test_a_phone_is_stored_in_e164(phone: str) -> None:
    assert accept(applicant(phone=phone), KNOWN).applicant.phone == "+994501234567"


@pytest.mark.parametrize("email", ["x", "x@", "@example.az", "x@localhost", "x y@example.az", "a@b@c.az"])
def test_an_email_address_has_a_name_and_a_host(email: str) -> None:
    assert refusal(applicant(email=email)).code == "email.invalid"


def test_something_must_be_asked() -> None:
    assert refusal(body(services=None)).code == "appeal.empty"
    assert refusal(body(services=[], text="  ")).code == "appeal.empty"
    assert accept(body(services=None, text="Kömək lazımdır."), KNOWN).services == ()


def test_an_unknown_service_is_refused_naming_the_known() -> None:
    refused = refusal(body(services=["employment", "flying"]))
    assert refused.code == "appeal.unknown_service"
    assert [each.pointer for each in refused.findings] == ["/services/1"]
    assert all(service in refused.detail for service in KNOWN.services) and "flying" not in refused.detail


def test_an_unknown_field_is_refused_without_its_name() -> None:
    refused = refusal(body(sevices=["employment"]))
    assert [(each.pointer, each.code) for each in refused.findings] == [("/*", "field.extra_forbidden")]


def test_all_reasons_are_named_at_once() -> None:
    refused = refusal(applicant(fin="1", phone="2", email="3") | {"category": "x", "language": "fr"})
    assert {each.pointer for each in refused.findings} >= {
        "/applicant/fin", "/applicant/phone", "/applicant/email", "/language"
    }  # fmt: skip
    assert refused.code == "appeal.invalid"


def test_consent_governs_the_channels_of_notice_and_not_acceptance() -> None:
    both = {"sms": True, "email": True}
    assert notice_channels(accept(body(notice=None), KNOWN)) == ()
    assert notice_channels(accept(body(notice=both), KNOWN)) == ("sms", "email")
    assert notice_channels(accept(applicant(phone=None) | {"notice": both}, KNOWN)) == ("email",)


def test_an_sms_is_promised_where_a_party_has_a_mobile_number() -> None:
    both = {"sms": True, "email": True}
    acting = {"surname": "A", "name": "B", "ground": "guardianship", "phone": "+994551112233"}
    for phone in ("+994124980000", "+994900200123", "+994881234567"):
        landline = applicant(phone=phone) | {"notice": both}
        assert notice_channels(accept(landline, KNOWN)) == ("email",)
        represented = landline | {"representative": acting}
        assert notice_channels(accept(represented, KNOWN)) == ("sms", "email")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\x1bb"])
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    assert refusal(body(text=text)).findings[0].pointer == "/text"


def test_the_content_holds_what_was_sent() -> None:
    submission = accept(body(text="Kömək", details={"military_unit": "N"}), KNOWN)
    content = AppealContent.model_validate_json(sealable(submission))
    assert content.model_dump_json(exclude_none=True).encode() == sealable(submission)
    assert content.applicant.model_dump(exclude_none=True) == submission.applicant.model_dump(
        exclude_none=True
    )
    assert (content.text, content.details, content.district) == ("Kömək", {"military_unit": "N"}, "nasimi")


MARK = "Qürrətov7"
marks = st.sampled_from([MARK, MARK * 40, f"{MARK}\x00", 7.25, [MARK], {MARK: MARK}])


fields = st.sampled_from([*Submission.model_fields, MARK])
inner_fields = st.sampled_from([None, *Representative.model_fields, MARK])


@given(fields, inner_fields, marks)
def test_no_refusal_echoes_what_was_sent(field: str, inner: str | None, value: object) -> None:
    sent = body()
    if inner is None:
        sent[field] = value
    else:
        there = sent.get(field)
        sent[field] = (there if isinstance(there, dict) else {}) | {inner: value}
    try:
        accept(sent, KNOWN)
    except AppealRefused as refused:
        shown = json.dumps(responses.refusal(refused).document(), ensure_ascii=False)
        assert MARK not in shown and "7.25" not in shown


@pytest.mark.parametrize(
    "more",
    [
        {f"x{number}": 0 for number in range(8_000)},
        {"applicant": {f"x{number}": 0 for number in range(8_000)}},
        {"details": {f"Name {number}": 0 for number in range(8_000)}},
        {"services": [0] * 8_000},
        {"notice": {"x": {"y": [0] * 8_000}}},
    ],
    ids=["top", "applicant", "details", "services", "below"],
)
def test_what_is_overfull_is_refused_once_for_all_its_members(more: dict[str, Any]) -> None:
    with pytest.raises(AppealRefused) as refused:
        accept({**body(), **more}, KNOWN)
    assert refused.value.code == "field.too_many" and len(refused.value.findings) == 1


def test_of_many_reasons_the_first_are_named_and_the_rest_counted() -> None:
    with pytest.raises(AppealRefused) as refused:
        accept({**body(), **{f"x{number}": 0 for number in range(100)}}, KNOWN)
    assert (len(refused.value.findings), refused.value.left_out) == (MOST_ERRORS, 100 - MOST_ERRORS)
    assert refused.value.code == "field.extra_forbidden"
