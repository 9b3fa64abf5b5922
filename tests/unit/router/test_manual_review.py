"""Which appeals a person reviews first: repeats and likely duplicates. Plain values."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.terms import Terms
from schemas.case_lifecycle_events import Outcome
from services.router.case_choice import EarlierClaim
from services.router.manual_review import YEAR, HistoryItem, likely_duplicate, reasoned_answers, repeat_of
from tests.builders import MONDAY, appeal

TERMS = Terms()
OWN = appeal(9).case_id
CASES = [appeal(number).case_id for number in range(1, 5)]


def came(case: int, seq: int = 1, *, days: float = 30) -> HistoryItem:
    return HistoryItem(CASES[case], seq, MONDAY - timedelta(days=days))


def answered(
    case: int, seq: int = 5, *, days: float = 20, service: str = "a", outcome: Outcome = "refused"
) -> HistoryItem:
    return HistoryItem(CASES[case], seq, MONDAY - timedelta(days=days), service, outcome)


def refused_in(*cases: int, days: float = 20, service: str = "a") -> list[HistoryItem]:
    return [
        item
        for case in cases
        for item in (came(case, days=days + 5), answered(case, days=days - case, service=service))
    ]


def claim(service: str = "a", case: int = 0, *, pending: bool = True, begun: bool = False) -> EarlierClaim:
    return EarlierClaim(service, CASES[case], MONDAY - timedelta(hours=case), pending, begun)


def test_after_three_reasoned_answers_a_person_reviews_it_with_the_law_and_the_cases_named() -> None:
    review = repeat_of(["a"], [], refused_in(0, 1, 2), MONDAY, TERMS)
    assert review is not None
    assert (review.kind, review.legal_basis) == ("repeat_appeal", TERMS.repeat_basis)
    assert review.earlier == (CASES[0], CASES[1], CASES[2])  # the oldest answer first


def test_two_answers_are_too_few() -> None:
    assert repeat_of(["a"], [], refused_in(0, 1), MONDAY, TERMS) is None


def test_how_often_is_data() -> None:
    assert repeat_of(["a"], [], refused_in(0, 1), MONDAY, Terms(repeat_answers=2)) is not None


@pytest.mark.parametrize(("days", "counts"), [(0, True), (365, True), (365.001, False), (-0.001, False)])
def test_an_answer_counts_for_a_year(days: float, counts: bool) -> None:
    history = [came(0, days=400), answered(0, days=days)]
    assert bool(reasoned_answers("a", history, MONDAY)) == counts
    assert timedelta(days=365) == YEAR


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("refused", True),
        ("partly_satisfied", True),
        ("not_competent", True),
        ("satisfied", False),
        ("withdrawn", False),
    ],
)
def test_only_an_answer_that_says_why_not_counts(outcome: Outcome, counts: bool) -> None:
    assert bool(reasoned_answers("a", [came(0), answered(0, outcome=outcome)], MONDAY)) == counts


def test_an_answer_given_again_without_being_asked_again_counts_once() -> None:
    reviewed = [came(0), answered(0, 5), answered(0, 9), answered(0, 12)]
    assert reasoned_answers("a", reviewed, MONDAY) == (CASES[0],)
    asked_again = [came(0), answered(0, 5), came(0, 6, days=19), answered(0, 9, days=10)]
    assert reasoned_answers("a", asked_again, MONDAY) == (CASES[0], CASES[0])


def test_answers_to_another_service_do_not_count() -> None:
    assert repeat_of(["a"], [], refused_in(0, 1, 2, service="b"), MONDAY, TERMS) is None


def test_who_asks_for_something_else_as_well_asks_anew() -> None:
    assert repeat_of(["a", "b"], [], refused_in(0, 1, 2), MONDAY, TERMS) is None
    both = [*refused_in(0, 1, 2), *refused_in(0, 1, 2, service="b")]
    assert repeat_of(["a", "b"], [], both, MONDAY, TERMS) is not None


def test_a_service_with_an_open_track_is_joined_and_not_reviewed() -> None:
    history = refused_in(0, 1, 2)
    assert repeat_of(["a"], [claim(case=3, begun=True)], history, MONDAY, TERMS) is None
    assert repeat_of(["a"], [claim(case=3, begun=False)], history, MONDAY, TERMS) is not None


def test_an_appeal_for_nothing_is_no_repeat() -> None:
    assert repeat_of([], [], refused_in(0, 1, 2), MONDAY, TERMS) is None


@given(st.permutations(refused_in(0, 1, 2, 3)))
def test_the_order_of_what_was_read_decides_nothing(history: list[HistoryItem]) -> None:
    assert repeat_of(["a"], [], history, MONDAY, TERMS) == repeat_of(
        ["a"], [], refused_in(0, 1, 2, 3), MONDAY, TERMS
    )


def test_a_pending_claim_of_the_same_contact_is_a_likely_duplicate() -> None:
    review = likely_duplicate(OWN, [claim(case=0), claim(case=1), claim(case=2, pending=False)])
    assert review is not None
    assert (review.kind, review.earlier, review.legal_basis) == (
        "likely_duplicate",
        (CASES[1], CASES[0]),
        None,
    )


def test_without_a_pending_claim_there_is_no_duplicate() -> None:
    assert likely_duplicate(OWN, [claim(pending=False)]) is None
    assert likely_duplicate(CASES[0], [claim(case=0)]) is None
