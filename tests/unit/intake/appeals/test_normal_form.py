"""Texts of an appeal have one normal form, whichever way they come: blanks, invisible characters, NFC."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bulk.importing.columns import columns
from bulk.importing.rows import appeal_of
from kit.damaged_text import is_no_value, means_none
from kit.text_folding import normal_text
from services.intake.appeals.domain import AppealRefused, accept
from services.intake.appeals.fields import OLDEST_AGE, normal_birth_date
from services.intake.appeals.submission import EXAMPLE, Submission
from tests.unit.intake.submissions import KNOWN

TODAY = date(2026, 6, 1)
BLANKS = "\u00a0\u1680\u2000\u2003\u2009\u202f\u205f\u2800\u3000"
INVISIBLE = "\u200b\ufeff\u00ad\u200e\u200f\u061c\u202e\u2066\u2069\u2060\u3164\ufe0f\U000e0041"
ANY = st.text(st.characters(codec="utf-8"), max_size=12)


def appeal(*, services: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    person = {"surname": "Nümunəyev", "name": "Nümunə", "phone": "+994501234567"}
    outer = {name: changes.pop(name) for name in ("text", "details") if name in changes}
    asked = ["employment"] if services is None else services
    return {
        "channel": "online", "applicant": person | changes, "category": "wounded", "services": asked
    } | outer  # fmt: skip


def refusal_of(body: dict[str, Any]) -> str:
    with pytest.raises(AppealRefused) as refused:
        accept(body, KNOWN)
    return refused.value.code


@pytest.mark.parametrize("blank", BLANKS)
def test_any_blank_is_a_blank(blank: str) -> None:
    body = appeal(name=f"{blank}Nümunə{blank}Ay", address=f"Bakı,{blank}1", details={"a": f"b{blank}c"})
    found = accept(body, KNOWN)
    assert (found.applicant.name, found.applicant.address) == ("Nümunə Ay", "Bakı, 1")
    assert found.details == {"a": "b c"}


@pytest.mark.parametrize("invisible", INVISIBLE)
def test_what_is_never_drawn_is_dropped(invisible: str) -> None:
    name, phone = f"Nü{invisible}munə", f"{invisible}+99450{invisible}1234567"
    found = accept(appeal(name=name, phone=phone, email=f"a{invisible}@example.az"), KNOWN).applicant
    assert (found.name, found.phone, found.email) == ("Nümunə", "+994501234567", "a@example.az")


@pytest.mark.parametrize("invisible", BLANKS + INVISIBLE)
def test_a_text_of_what_is_never_drawn_is_empty(invisible: str) -> None:
    assert refusal_of(appeal(services=[], text=invisible * 3)) == "appeal.empty"
    assert refusal_of(appeal(name=invisible)) == "appeal.anonymous"
    assert refusal_of(appeal(phone=None, address=invisible)) == "appeal.anonymous"


def test_a_character_and_its_mark_are_one() -> None:
    assert accept(appeal(name=unicodedata.normalize("NFD", "Çiçək")), KNOWN).applicant.name == "Çiçək"


@given(ANY, ANY, ANY, ANY)
def test_what_is_accepted_is_normal_and_stays_so_by_every_way(
    name: str, address: str, text: str, detail: str
) -> None:
    body = appeal(name=f"A{name}", address=address, text=text, details={"a": detail})
    try:
        first = accept(body, KNOWN)
    except AppealRefused:
        return
    texts = (first.applicant.name, first.applicant.address, first.text, first.details.get("a"))
    assert first.applicant.address or means_none(address)
    assert first.text or not normal_text(text).strip() or is_no_value(text)
    assert all(each is None or normal_text(each).strip() == each for each in texts)
    again: dict[str, Any] = first.model_dump(mode="json", exclude_none=True)
    assert accept(again, KNOWN) == first


@given(st.characters(codec="utf-8"), st.characters(codec="utf-8"))
def test_the_normal_form_is_idempotent(first: str, second: str) -> None:
    once = normal_text(f"a{first}{second}")
    assert normal_text(once) == once == unicodedata.normalize("NFC", once)


@pytest.mark.parametrize(
    ("born", "code"),
    [
        ("2026-06-02", "birth_date.in_future"),
        ("2099-01-01", "birth_date.in_future"),
        ("1900-12-31", "birth_date.impossible_age"),
        ("0001-01-01", "birth_date.impossible_age"),
    ],
)
def test_a_birth_that_cannot_be_is_refused(born: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        normal_birth_date(born, TODAY)
    assert refused.value.type == code


@pytest.mark.parametrize("born", ["2026-06-01", f"{TODAY.year - OLDEST_AGE}-01-01"])
def test_a_birth_at_the_edge_is_accepted(born: str) -> None:
    assert normal_birth_date(born, TODAY) == born


def test_a_birth_in_the_future_is_refused_by_http_and_import() -> None:
    titles = ("surname", "name", "birth_date", "phone", "category", "services")
    cells = ("Nümunəyev", "Nümunə", "14.02.2945", "0501234566", "wounded", "employment")
    imported = appeal_of(columns(titles, {}), cells)[1]
    for body in (imported, appeal(birth_date="2945-02-14")):
        assert refusal_of(body) == "birth_date.in_future"


def test_the_example_is_in_its_normal_form() -> None:
    assert Submission.model_validate(EXAMPLE).applicant.name == EXAMPLE["applicant"]["name"]


WHOLE = st.text(st.characters(), max_size=10) | st.text("aаeеoоpрçəПГ–Ã‡#?N/A.-1", max_size=8)
"""Any text, halves of surrogate pairs too, and such as is near what is damaged."""
FIELDS = ("surname", "name", "patronymic", "fin", "birth_date", "phone", "email", "address")


@given(
    st.dictionaries(st.sampled_from(FIELDS), WHOLE),
    st.dictionaries(st.sampled_from(("text", "district", "category", "received_at", "language")), WHOLE),
    st.lists(WHOLE, max_size=2),
    st.dictionaries(st.sampled_from(("unit", "a")), WHOLE),
)
def test_any_text_is_taken_in_its_normal_form_or_refused_and_that_is_stable(
    person: dict[str, str], outer: dict[str, str], services: list[str], details: dict[str, str]
) -> None:
    body = appeal(services=services or None, details=details, **person) | outer
    try:
        first = accept(body, KNOWN)
    except AppealRefused as refused:
        assert refused.code and refused.findings
        return
    assert accept(first.model_dump(mode="json", exclude_none=True), KNOWN) == first
