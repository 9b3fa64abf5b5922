"""What is known at a glance is what the library would say; a contact is one that can take a message."""

import re
from dataclasses import dataclass

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import contacts
from kit.contacts import contact_by_channel, folded_contact, mail_address, phone_number, takes_sms

NEVER = re.compile(r"(?!)")

# Codes that the numbering plan knows, so that valid numbers are found among them; and any others.
CODES = st.sampled_from(["50", "51", "55", "70", "77", "99", "10", "60", "12", "18", "88", "36554", "900200"])
NUMBERS = st.builds(
    lambda code, rest, end: f"+994{(code + rest)[:9]}{end}",
    CODES | st.text("0123456789", max_size=3),
    st.text("0123456789", min_size=9, max_size=9),
    st.sampled_from(["", "", "", "0", " ", "\n", "x1"]),
)


@dataclass(frozen=True)
class Party:
    phone: str | None = None
    email: str | None = None


@given(NUMBERS)
def test_a_number_at_a_glance_is_what_the_library_says(written: str) -> None:
    glance = phone_number(written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contacts, "_USUAL", NEVER)
        assert phone_number(written) == glance


@given(NUMBERS)
def test_a_number_takes_an_sms_where_the_library_calls_it_mobile(written: str) -> None:
    number = phone_number(written)
    if number is not None:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
        assert takes_sms(number) == (kind == phonenumbers.PhoneNumberType.MOBILE)


@pytest.mark.parametrize(
    ("number", "kind"),
    [("+994124980000", "fixed line"), ("+994900200123", "premium rate"), ("+994881234567", "toll-free")],
)
def test_a_number_that_is_not_mobile_is_one_but_takes_no_sms(number: str, kind: str) -> None:
    assert phone_number(number) == number
    assert not takes_sms(number), kind


@pytest.mark.parametrize(
    "written", ["+994501234567", "050 123 45 67", "+994 (50) 123-45-67", "00994501234567"]
)
def test_a_number_has_one_form(written: str) -> None:
    assert phone_number(written) == "+994501234567"


@pytest.mark.parametrize("written", ["", "12", "call me", "+4915112345678", "+994501234567 ext. 5", "102"])
def test_what_is_no_number_of_the_country_is_none(written: str) -> None:
    assert phone_number(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "ayan@example.az",
        "first.last+tag@Mail.example.az",
        "o'brien@example.az",
        "a!#$%&'*+/=?^_`{|}~-@example.az",
        "a@xn--irkt-7sa.xn--p1ai",
    ],
)
def test_an_address_that_a_server_takes_is_one(written: str) -> None:
    local, _, domain = written.rpartition("@")
    assert mail_address(written) == f"{local}@{domain.lower()}"


@pytest.mark.parametrize(
    "written",
    [
        '"a b"@example.az',
        '"ab"@example.az',
        "a(comment)@example.az",
        "a@example.az(comment)",
        "a@(comment)example.az",
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "a@192.0.2.10",
        "a@example.az.",
        "a.@example.az",
        ".a@example.az",
        "a..b@example.az",
        "a@example..az",
        "a@-example.az",
        "a@example-.az",
        "a@localhost",
        "=?utf-8?q?a?=@example.az",
        "əli@example.az",
        "a@şirkət.az",
        "a@example.az\n",
        "a@b.az\r\nBcc: c@d.az",
        "<a@b.az>",
        "A <a@b.az>",
        "a b@example.az",
        "a @example.az",
        "a@example.az, b@example.az",
        "a@b@example.az",
        "a\x00@example.az",
        "a\x1b[2J@example.az",
        "",
        "none",
        "a@",
        "@b.az",
        f"{'a' * 65}@example.az",
        f"a@{'b' * 64}.az",
        f"a@{'.'.join(['b' * 60] * 5)}.az",
    ],
)
def test_what_a_server_may_refuse_or_change_is_no_address(written: str) -> None:
    assert mail_address(written) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_an_address_is_one_word_of_ascii(local: str, domain: str) -> None:
    address = mail_address(f"{local}@{domain}.az")
    if address is not None:
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address


def test_of_two_parties_the_first_that_can_take_a_message_gets_it() -> None:
    applicant = Party(phone="+994124980000", email='"a b"@example.az')
    representative = Party(phone="+994551112233", email="r@example.az")
    assert contact_by_channel([applicant, representative]) == {
        "sms": "+994551112233",
        "email": "r@example.az",
    }
    assert contact_by_channel([applicant]) == {}


def test_an_address_is_found_however_its_case_is_written() -> None:
    assert mail_address("Ayan@Example.AZ") == "Ayan@example.az"
    assert folded_contact("email", "Ayan@example.az") == folded_contact("email", "ayan@example.az")
