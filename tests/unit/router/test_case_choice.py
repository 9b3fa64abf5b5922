from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.router.case_choice import (
    EarlierClaim,
    Joined,
    Opened,
    Triaged,
    choose_case,
    claims_after,
    services_elsewhere,
    services_given,
)
from tests.builders import MONDAY, appeal

OWN = appeal(9).case_id
CASES = [appeal(number).case_id for number in range(1, 4)]
SERVICES = ["a", "b", "c"]


def claim(service: str, case: int, *, hours: float = 0, pending: bool = True) -> EarlierClaim:
    return EarlierClaim(service, CASES[case], MONDAY + timedelta(hours=hours), pending)


@st.composite
def earlier_claims(draw: st.DrawFn) -> list[EarlierClaim]:
    services = draw(st.lists(st.sampled_from(SERVICES), unique=True))
    return [
        claim(service, draw(st.integers(0, 2)), hours=draw(st.integers(0, 3)), pending=draw(st.booleans()))
        for service in services
    ]


def test_without_services_it_goes_to_triage() -> None:
    assert choose_case(appeal(9), (), [claim("a", 0)]) == Triaged(OWN)


def test_a_first_appeal_opens_its_own_case() -> None:
    assert choose_case(appeal(9), ("a",), []) == Opened(OWN)


def test_a_pending_claim_is_joined() -> None:
    assert choose_case(appeal(9), ("b", "a"), [claim("a", 0)]) == Joined(CASES[0])


def test_an_answered_claim_is_not_joined() -> None:
    assert choose_case(appeal(9), ("a",), [claim("a", 0, pending=False)]) == Opened(OWN)


def test_another_service_of_the_applicant_is_not_joined() -> None:
    assert choose_case(appeal(9), ("b",), [claim("a", 0)]) == Opened(OWN)


def test_of_several_pending_claims_the_oldest_decides() -> None:
    earlier = [claim("a", 0, hours=2), claim("b", 1, hours=1), claim("c", 2, hours=0, pending=False)]
    assert choose_case(appeal(9), ("a", "b", "c"), earlier) == Joined(CASES[1])


def test_claims_keep_what_is_pending_elsewhere_and_take_the_rest() -> None:
    earlier = [claim("a", 0, hours=1), claim("b", 1, hours=2), claim("c", 2, pending=False)]
    now = MONDAY + timedelta(hours=5)
    taken = claims_after(Joined(CASES[0]), ("c", "b", "a", "d"), earlier, now)
    assert [(claim.service, claim.case_id, claim.claimed_at) for claim in taken] == [
        ("a", CASES[0], MONDAY + timedelta(hours=1)),
        ("b", CASES[1], MONDAY + timedelta(hours=2)),
        ("c", CASES[0], now),
        ("d", CASES[0], now),
    ]


@given(earlier_claims(), st.lists(st.sampled_from(SERVICES), min_size=1))
def test_no_service_is_begun_that_another_case_still_owes(
    earlier: list[EarlierClaim], services: list[str]
) -> None:
    choice = choose_case(appeal(9), services, earlier)
    given_now = services_given(choice, services, claims_after(choice, services, earlier, MONDAY))
    owed = {claim.service: claim.case_id for claim in earlier if claim.pending}
    assert given_now
    assert all(owed.get(service, choice.case_id) == choice.case_id for service in given_now)
    elsewhere = {service for service in services if owed.get(service, choice.case_id) != choice.case_id}
    assert set(given_now) == set(services) - elsewhere
    claims = claims_after(choice, services, earlier, MONDAY)
    told = services_elsewhere(choice, services, claims)
    assert {service: case for case, asked in told.items() for service in asked} == {
        service: owed[service] for service in elsewhere
    }
    assert choice.case_id not in told


def test_a_service_that_a_second_case_owes_is_told_to_that_case() -> None:
    earlier = [claim("a", 0), claim("b", 1, hours=1), claim("c", 1, hours=1)]
    choice = choose_case(appeal(9), ("c", "a", "b"), earlier)
    claims = claims_after(choice, ("c", "a", "b"), earlier, MONDAY)
    assert choice == Joined(CASES[0])
    assert services_elsewhere(choice, ("c", "a", "b"), claims) == {CASES[1]: ("c", "b")}


@given(earlier_claims(), st.lists(st.sampled_from(SERVICES), min_size=1), st.randoms())
def test_a_choice_depends_on_no_order(
    earlier: list[EarlierClaim], services: list[str], random: object
) -> None:
    shuffled, asked = list(earlier), list(services)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(asked)  # type: ignore[attr-defined]
    choice = choose_case(appeal(9), services, earlier)
    assert choice == choose_case(appeal(9), asked, shuffled)
    assert claims_after(choice, services, earlier, MONDAY) == claims_after(choice, asked, shuffled, MONDAY)


@given(earlier_claims(), st.lists(st.sampled_from(SERVICES), min_size=1))
def test_every_service_is_claimed_once_and_no_pending_claim_moves(
    earlier: list[EarlierClaim], services: list[str]
) -> None:
    choice = choose_case(appeal(9), services, earlier)
    taken = claims_after(choice, services, earlier, MONDAY)
    assert sorted(claim.service for claim in taken) == sorted(set(services))
    pending_in = {claim.service: claim.case_id for claim in earlier if claim.pending}
    assert all(claim.case_id == pending_in.get(claim.service, choice.case_id) for claim in taken)
    assert isinstance(choice, Joined) == any(service in pending_in for service in services)
