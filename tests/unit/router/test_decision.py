from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.router.decision import Joined, Matter, Opened, Triaged, choose_case, claims, given_here
from tests.builders import MONDAY, appeal

OWN = appeal(9).case_id
CASES = [appeal(number).case_id for number in range(1, 4)]
SERVICES = ["a", "b", "c"]


def matter(service: str, case: int, *, hours: float = 0, pending: bool = True) -> Matter:
    return Matter(service, CASES[case], MONDAY + timedelta(hours=hours), pending)


@st.composite
def known_matters(draw: st.DrawFn) -> list[Matter]:
    services = draw(st.lists(st.sampled_from(SERVICES), unique=True))
    return [
        matter(one, draw(st.integers(0, 2)), hours=draw(st.integers(0, 3)), pending=draw(st.booleans()))
        for one in services
    ]


def test_without_services_the_centre_looks_at_it_first() -> None:
    assert choose_case(appeal(9), (), [matter("a", 0)]) == Triaged(OWN)


def test_a_first_matter_opens_the_appeals_own_case() -> None:
    assert choose_case(appeal(9), ("a",), []) == Opened(OWN)


def test_a_pending_matter_is_joined() -> None:
    assert choose_case(appeal(9), ("b", "a"), [matter("a", 0)]) == Joined(CASES[0])


def test_an_answered_matter_is_not_joined() -> None:
    assert choose_case(appeal(9), ("a",), [matter("a", 0, pending=False)]) == Opened(OWN)


def test_another_service_of_the_person_is_another_matter() -> None:
    assert choose_case(appeal(9), ("b",), [matter("a", 0)]) == Opened(OWN)


def test_of_several_pending_matters_the_oldest_decides() -> None:
    known = [matter("a", 0, hours=2), matter("b", 1, hours=1), matter("c", 2, hours=0, pending=False)]
    assert choose_case(appeal(9), ("a", "b", "c"), known) == Joined(CASES[1])


def test_claims_keep_what_is_pending_elsewhere_and_take_the_rest() -> None:
    known = [matter("a", 0, hours=1), matter("b", 1, hours=2), matter("c", 2, pending=False)]
    now = MONDAY + timedelta(hours=5)
    taken = claims(Joined(CASES[0]), ("c", "b", "a", "d"), known, now)
    assert [(one.service, one.case_id, one.claimed_at) for one in taken] == [
        ("a", CASES[0], MONDAY + timedelta(hours=1)),
        ("b", CASES[1], MONDAY + timedelta(hours=2)),
        ("c", CASES[0], now),
        ("d", CASES[0], now),
    ]


@given(known_matters(), st.lists(st.sampled_from(SERVICES), min_size=1))
def test_no_service_is_begun_that_another_case_still_owes(known: list[Matter], services: list[str]) -> None:
    decision = choose_case(appeal(9), services, known)
    given_now = given_here(decision, services, claims(decision, services, known, MONDAY))
    owed = {one.service: one.case_id for one in known if one.pending}
    assert given_now
    assert all(owed.get(service, decision.case_id) == decision.case_id for service in given_now)
    elsewhere = {service for service in services if owed.get(service, decision.case_id) != decision.case_id}
    assert set(given_now) == set(services) - elsewhere


@given(known_matters(), st.lists(st.sampled_from(SERVICES), min_size=1), st.randoms())
def test_a_decision_depends_on_no_order(known: list[Matter], services: list[str], random: object) -> None:
    shuffled, asked = list(known), list(services)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(asked)  # type: ignore[attr-defined]
    decision = choose_case(appeal(9), services, known)
    assert decision == choose_case(appeal(9), asked, shuffled)
    assert claims(decision, services, known, MONDAY) == claims(decision, asked, shuffled, MONDAY)


@given(known_matters(), st.lists(st.sampled_from(SERVICES), min_size=1))
def test_every_service_is_claimed_once_and_no_pending_claim_moves(
    known: list[Matter], services: list[str]
) -> None:
    decision = choose_case(appeal(9), services, known)
    taken = claims(decision, services, known, MONDAY)
    assert sorted(one.service for one in taken) == sorted(set(services))
    held = {one.service: one.case_id for one in known if one.pending}
    assert all(one.case_id == held.get(one.service, decision.case_id) for one in taken)
    assert isinstance(decision, Joined) == any(service in held for service in services)
