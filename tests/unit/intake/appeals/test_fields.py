"""What is known at a glance is what the libraries would say."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from services.intake.appeals import fields
from services.intake.appeals.fields import normal_email, normal_phone

NEVER = re.compile(r"(?!)")

# Codes that the numbering plan knows, so that valid numbers are found among them; and any others.
CODES = st.sampled_from(["50", "51", "55", "70", "77", "99", "10", "60", "12", "18", "88", "36554", "900200"])
NUMBERS = st.builds(
    lambda code, rest, end: f"+994{(code + rest)[:9]}{end}",
    CODES | st.text("0123456789", max_size=3),
    st.text("0123456789", min_size=9, max_size=9),
    st.sampled_from(["", "", "", "0", " ", "\n", "x1"]),
)
ATOM = st.text("aZ09.!#$%&'*+/=?^_`{|}~-\"@ ə", min_size=1, max_size=6)
ADDRESSES = st.builds(
    lambda local, host: f"{local}@{host}",
    ATOM,
    st.from_regex(r"[a-z0-9.-]{1,6}(\.[A-Za-z-]{1,4})?", fullmatch=True),
)


@contextmanager
def by_the_library(name: str) -> Iterator[None]:
    """Nothing is known at a glance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, name, NEVER)
        yield


def outcome_of(rule: object, value: str) -> str:
    """The normal form, or the code of the refusal."""
    try:
        return str(rule(value))  # type: ignore[operator]
    except PydanticCustomError as refused:
        return refused.type


@given(NUMBERS)
def test_a_phone_at_a_glance_is_what_the_library_says(value: str) -> None:
    glance = outcome_of(normal_phone, value)
    with by_the_library("_USUAL_PHONE"):
        assert outcome_of(normal_phone, value) == glance


@given(ADDRESSES)
def test_an_email_address_at_a_glance_is_what_the_library_says(value: str) -> None:
    glance = outcome_of(normal_email, value)
    with by_the_library("_USUAL_EMAIL"):
        assert outcome_of(normal_email, value) == glance


def test_the_usual_ones_are_known_at_a_glance() -> None:
    assert fields._USUAL_PHONE.fullmatch("+994501234567")
    assert fields._USUAL_EMAIL.fullmatch("first.last+tag@Mail.example.az")
