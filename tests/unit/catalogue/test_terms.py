"""The law's terms where an installation states none, and the limits of what it may state."""

import pytest
from pydantic import ValidationError

from catalogue.terms import EscalationLevel, Terms

BY_LAW = {
    "statutory": 15,
    "study": 30,
    "extension": 30,
    "forwarding": 3,
    "maximum_hops": 3,
    "information": 10,
    "objection_window": 30,
    "reopening_window": 30,
    "repeat_answers": 3,
    "review": 15,
    "take_on": 2,
}
ARTICLES = {
    "statutory_basis": "10.1",
    "study_basis": "10.1",
    "extension_basis": "10.2",
    "forwarding_basis": "7.10",
    "repeat_basis": "8.1.4",
    "review_basis": "71",
}


def test_terms_and_articles_are_those_of_the_law() -> None:
    stated = Terms().model_dump()
    assert {name: value for name, value in stated.items() if isinstance(value, int)} == BY_LAW
    assert {name: stated[name].rpartition("Article ")[2] for name in ARTICLES} == ARTICLES


@pytest.mark.parametrize("name", BY_LAW)
def test_every_term_is_one_day_or_more(name: str) -> None:
    assert getattr(Terms(**{name: 1}), name) == 1
    with pytest.raises(ValidationError):
        Terms(**{name: 0})


@pytest.mark.parametrize(("name", "longest"), [("review", 90), ("take_on", 30)])
def test_what_the_commission_asks_for_has_a_longest_term(name: str, longest: int) -> None:
    assert getattr(Terms(**{name: longest}), name) == longest
    with pytest.raises(ValidationError):
        Terms(**{name: longest + 1})


def test_a_level_is_past_the_beginning_and_names_somebody() -> None:
    level = {"code": "head", "fraction": 1.0, "told": ("head",)}
    assert EscalationLevel(**level).working_days_after == 0
    assert EscalationLevel(**level, working_days_after=1).working_days_after == 1
    for wrong in ({"fraction": 0}, {"told": ()}, {"working_days_after": -1}):
        with pytest.raises(ValidationError):
            EscalationLevel(**{**level, **wrong})
    with pytest.raises(ValidationError, match="counts from the deadline"):
        EscalationLevel(**{**level, "fraction": 0.8}, working_days_after=1)
