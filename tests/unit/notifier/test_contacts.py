import pytest

from schemas.appeals import AppealContent
from services.notifier.contacts import contacts_of


def content(representative: dict[str, str] | None = None, **contacts: str) -> AppealContent:
    acting = (
        {"surname": "C", "name": "D", "ground": "power_of_attorney", **representative}
        if representative
        else None
    )
    return AppealContent.model_validate(
        {
            "applicant": {"surname": "A", "name": "B", **contacts},
            "representative": acting,
            "category": "wounded",
        }
    )


@pytest.mark.parametrize("written", ["+994501234567", "050 123 45 67", "+994 (50) 123-45-67"])
def test_a_number_has_one_form(written: str) -> None:
    assert contacts_of(content(phone=written)) == {"sms": "+994501234567"}


def test_the_domain_of_an_address_is_blind_to_case() -> None:
    assert contacts_of(content(email=" Ayan@Example.AZ ")) == {"email": "Ayan@example.az"}


@pytest.mark.parametrize("written", ["", "none", "a@", "@b", "a@b\r\nBcc: c@d", "a b@c.az", "<a@b.az>"])
def test_what_is_no_address_is_no_contact(written: str) -> None:
    assert contacts_of(content(email=written)) == {}


@pytest.mark.parametrize("written", ["", "12", "call me", "+994124980000", "+994900200123"])
def test_what_cannot_take_an_sms_is_no_contact(written: str) -> None:
    assert contacts_of(content(phone=written)) == {}


def test_the_applicant_comes_before_the_representative() -> None:
    acting = {"phone": "+994551112233", "email": "r@example.az"}
    assert contacts_of(content(acting, phone="+994501234567")) == {
        "sms": "+994501234567",
        "email": "r@example.az",
    }
