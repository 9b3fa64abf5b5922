"""Which case an appeal goes to, decided by PostgreSQL when several decide at once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from catalogue.terms import Terms
from kit.database import Database
from kit.errors import TransientError
from ledger.tables import tracks
from schemas.appeals import AppealReceived
from services.router.case_choice import CaseChoice, Joined, Opened, Triaged
from services.router.hand_over_lookup import taker_of
from services.router.routing_decision import RoutingDecision, cases_of, decide
from services.router.tables import applicant_claims
from tests.builders import MONDAY
from tests.integration.router.conftest import PERSONS, Cases, brought
from workflows.case.commands import ManualReview
from workflows.case.limits import MOST_APPEALS, MOST_CHARACTERS

TERMS = Terms()
A, B, C = "disability-assessment", "psychological-support", "employment"


async def routed(database: Database, appeal: AppealReceived, hours: float = 0) -> RoutingDecision:
    async with database.transaction() as connection:
        now = MONDAY + timedelta(hours=hours)
        services = appeal.services if appeal.applicant_index else ()  # as the packaged rules route it
        return await decide(connection, appeal, services, "v1", now, TERMS, PERSONS)


async def chosen(database: Database, appeal: AppealReceived, hours: float = 0) -> CaseChoice:
    return (await routed(database, appeal, hours)).choice


async def holders(database: Database, person: str) -> dict[str, str]:
    async with database.transaction() as connection:
        query = select(applicant_claims.c.service, applicant_claims.c.case_id).where(
            applicant_claims.c.applicant_index == person
        )
        return {row.service: row.case_id for row in await connection.execute(query)}


async def test_a_claim_stands_before_its_case_is_in_the_ledger(database: Database, person: str) -> None:
    first, second = brought(A, person=person), brought(A, B, person=person)
    assert await chosen(database, first) == Opened(first.case_id)
    assert await chosen(database, second) == Joined(first.case_id)
    assert await holders(database, person) == {A: first.case_id, B: first.case_id}


async def test_a_running_track_is_joined(database: Database, cases: Cases, person: str) -> None:
    first, second = brought(A, person=person), brought(A, person=person)
    await chosen(database, first)
    await cases.opens(first.case_id, disability_assessment=None)
    await cases.receives(first.case_id, first)
    assert await chosen(database, second) == Joined(first.case_id)


@pytest.mark.parametrize(
    ("appeals", "size", "joins"),
    [
        (MOST_APPEALS - 1, 0, True),
        (MOST_APPEALS, 0, False),
        (1, MOST_CHARACTERS - 1, True),
        (1, MOST_CHARACTERS, False),
    ],
)
async def test_a_case_that_is_full_is_not_joined_and_a_person_sees_both(
    database: Database, cases: Cases, person: str, appeals: int, size: int, joins: bool
) -> None:
    first, second, third = (brought(A, person=person) for _ in range(3))
    await chosen(database, first)
    await cases.opens(first.case_id, appeals=appeals, size=size, disability_assessment=None)
    await cases.receives(first.case_id, first)
    decision = await routed(database, second)
    if joins:
        assert (decision.choice, decision.review) == (Joined(first.case_id), None)
        return
    assert (decision.choice, decision.services) == (Opened(second.case_id), (A,))
    assert decision.review == ManualReview(kind="likely_duplicate", earlier=(first.case_id,))
    assert decision.elsewhere == {}
    assert (await routed(database, second)).review == decision.review
    assert await chosen(database, third) == Joined(second.case_id)


async def test_an_answered_track_is_taken_over(database: Database, cases: Cases, person: str) -> None:
    first, second = brought(A, B, person=person), brought(A, person=person)
    await chosen(database, first)
    await cases.opens(first.case_id, disability_assessment="satisfied", psychological_support=None)
    await cases.receives(first.case_id, first)
    assert await chosen(database, second) == Opened(second.case_id)
    assert await holders(database, person) == {A: second.case_id, B: first.case_id}


async def test_an_answered_track_is_pending_again_when_an_appeal_is_on_its_way_to_it(
    database: Database, cases: Cases, person: str
) -> None:
    first, second, third = (brought(A, person=person) for _ in range(3))
    await chosen(database, first)
    assert await chosen(database, second) == Joined(first.case_id)
    await cases.opens(first.case_id, disability_assessment="satisfied")
    await cases.receives(first.case_id, first)  # not yet of the second
    assert await chosen(database, third) == Joined(first.case_id)


async def test_the_oldest_of_several_pending_claims_is_joined(database: Database, person: str) -> None:
    older, newer = brought(A, person=person), brought(B, person=person)
    await chosen(database, newer, hours=2)
    await chosen(database, older, hours=1)
    both = brought(B, A, C, person=person)
    assert await chosen(database, both, hours=3) == Joined(older.case_id)
    async with database.transaction() as connection:  # B is owed by the newer case, and not begun here
        assert (await decide(connection, both, both.services, "v1", MONDAY, TERMS, PERSONS)).services == (
            A,
            C,
        )
    assert await holders(database, person) == {A: older.case_id, B: newer.case_id, C: older.case_id}


async def test_both_cases_that_owe_a_service_hear_of_the_appeal_and_of_its_documents(
    database: Database, person: str
) -> None:
    first, second = brought(A, person=person), brought(B, person=person)
    await chosen(database, first, hours=1)
    await chosen(database, second, hours=2)
    both = brought(A, B, person=person)
    for hours, repeated in ((3, False), (4, True)):
        decision = await routed(database, both, hours)
        assert (decision.choice, decision.services, decision.repeated) == (
            Joined(first.case_id),
            (A,),
            repeated,
        )
        assert decision.elsewhere == {second.case_id: (B,)}
    async with database.transaction() as connection:
        assert await cases_of(connection, both.appeal_id) == (first.case_id, second.case_id)


async def test_claims_of_different_applicants_do_not_meet(database: Database, person: str) -> None:
    first, second = brought(A, person=person), brought(A, person=person[::-1] + "x")
    await chosen(database, first)
    assert await chosen(database, second) == Opened(second.case_id)


async def test_without_service_or_applicant_nothing_is_claimed(database: Database, person: str) -> None:
    text, nobody = brought(person=person), brought(person=None)
    assert await chosen(database, text) == Triaged(text.case_id)
    assert await chosen(database, nobody) == Triaged(nobody.case_id)
    assert await holders(database, person) == {}


async def test_a_repeated_appeal_gets_its_recorded_decision(
    database: Database, cases: Cases, person: str
) -> None:
    first, second = brought(A, person=person), brought(A, person=person)
    await chosen(database, first)
    await chosen(database, second)
    await cases.opens(first.case_id, disability_assessment="refused")
    await cases.receives(first.case_id, second)
    assert await chosen(database, second) == Joined(first.case_id)
    assert await chosen(database, first) == Opened(first.case_id)


async def test_appeals_of_one_applicant_at_once_end_in_one_case(database: Database, person: str) -> None:
    for round_ in range(5):
        applicant = f"{person}-{round_}"
        orders = [(A, B, C), (C, B, A), (B, A, C), (C, A), (A, C), (B, C), (C, B), (A, B, C)]
        appeals = [brought(*services, person=applicant) for services in orders]
        decisions = await asyncio.gather(*(chosen(database, appeal) for appeal in appeals))
        opened = [decision for decision in decisions if isinstance(decision, Opened)]
        assert len(opened) == 1
        assert {decision.case_id for decision in decisions} == {opened[0].case_id}
        assert set((await holders(database, applicant)).values()) == {opened[0].case_id}


async def test_one_appeal_at_once_is_decided_once(database: Database, person: str) -> None:
    appeal = brought(A, B, person=person)

    async def attempt() -> bool:
        async with database.transaction() as connection:
            return (await decide(connection, appeal, appeal.services, "v1", MONDAY, TERMS, PERSONS)).repeated

    assert sorted(await asyncio.gather(*(attempt() for _ in range(6)))) == [False] + [True] * 5


async def refused_once(database: Database, cases: Cases, person: str, *services: str) -> str:
    """An appeal of the person for these services that was refused, with reasons; returns its case."""
    appeal = brought(*services, person=person)
    await chosen(database, appeal)
    outcomes = {service.replace("-", "_"): "refused" for service in services}
    await cases.opens(appeal.case_id, status="answered", **outcomes)
    await cases.receives(appeal.case_id, appeal)
    for place, service in enumerate(services, 2):
        await cases.answers(appeal.case_id, service, seq=place)
    return appeal.case_id


async def test_a_person_reviews_the_fourth_appeal_for_a_refused_service(
    database: Database, cases: Cases, person: str
) -> None:
    earlier = [await refused_once(database, cases, person, A) for _ in range(3)]
    again, another = brought(A, person=person), brought(A, B, person=person[::-1] + "y")
    decision = await routed(database, again)
    assert decision.choice == Opened(again.case_id)
    assert decision.review is not None and decision.review.kind == "repeat_appeal"
    assert sorted(decision.review.earlier) == sorted(earlier)
    repeated = await routed(database, again)
    assert (repeated.review, repeated.repeated) == (decision.review, True)
    assert (await routed(database, another)).review is None


async def test_nobody_reviews_what_is_asked_for_beside_a_refused_service(
    database: Database, cases: Cases, person: str
) -> None:
    for _ in range(3):
        await refused_once(database, cases, person, A)
    assert (await routed(database, brought(A, B, person=person))).review is None


async def test_an_appeal_without_an_applicant_meets_the_pending_claim_of_its_contact(
    database: Database, cases: Cases, person: str
) -> None:
    shared = {"contact_indexes": (f"phone-{person}",)}
    known = brought(A, person=person, **shared)
    await chosen(database, known)
    other = await routed(database, brought(B, person=None, **shared))
    stranger = await routed(database, brought(A, person=None, contact_indexes=(f"mail-{person}",)))
    assert (other.review, stranger.review) == (None, None)
    unnamed = brought(A, person=None, **shared)
    decision = await routed(database, unnamed)
    assert decision.choice == Triaged(unnamed.case_id)
    assert decision.review is not None
    assert (decision.review.kind, decision.review.earlier) == ("likely_duplicate", (known.case_id,))
    assert (await routed(database, unnamed)).review == decision.review


async def test_an_answered_claim_of_a_contact_has_no_duplicate(
    database: Database, cases: Cases, person: str
) -> None:
    shared = {"contact_indexes": (f"phone-{person}",)}
    known, unnamed, next_one = (brought(A, person=who, **shared) for who in (person, None, None))
    await chosen(database, known)
    await cases.opens(known.case_id, disability_assessment="satisfied")
    await cases.receives(known.case_id, known)
    assert (await routed(database, unnamed)).review is None
    review = (await routed(database, next_one)).review  # the unnamed one's case has yet to receive it
    assert review is not None and review.earlier == (unnamed.case_id,)


async def test_of_two_unnamed_appeals_at_once_a_person_reviews_one(database: Database, person: str) -> None:
    for round_ in range(5):
        contacts = (f"phone-{person}-{round_}", f"mail-{person}-{round_}")
        pair = [
            brought(A, B, person=None, contact_indexes=contacts),
            brought(B, A, person=None, contact_indexes=contacts[::-1]),
        ]
        decisions = await asyncio.gather(*(routed(database, appeal) for appeal in pair))
        assert [decision.review for decision in decisions].count(None) == 1


async def test_a_claim_is_pending_in_the_case_that_took_its_track_over(
    database: Database, cases: Cases, person: str
) -> None:
    first, second, third, fourth = (brought(A, person=person) for _ in range(4))
    await chosen(database, first)
    await cases.opens(first.case_id, disability_assessment="handed_over", status="handed_over")
    await cases.receives(first.case_id, first)
    taker = str(uuid4())
    await cases.hands_over(first.case_id, taker, first, A)
    assert await chosen(database, second) == Joined(taker)  # it is on its way
    async with database.transaction() as connection:
        with pytest.raises(TransientError) as soon:
            await cases_of(connection, first.appeal_id)
    assert soon.value.code == "hand_over_on_its_way"

    await cases.takes_over(taker, first)
    await cases.opens(taker, disability_assessment=None)
    await cases.receives(taker, second, seq=2)
    assert await chosen(database, third) == Joined(taker)
    async with database.transaction() as connection:
        assert await cases_of(connection, first.appeal_id) == (first.case_id, taker)
        assert await cases_of(connection, second.appeal_id) == (taker,)
        assert await taker_of(connection, first.case_id) == taker
        assert await taker_of(connection, taker) is None
        await connection.execute(update(tracks).where(tracks.c.case_id == taker).values(outcome="refused"))
    await cases.receives(taker, third, seq=3)
    assert await chosen(database, fourth) == Opened(fourth.case_id)


async def test_answers_of_a_case_that_took_a_track_over_make_a_repeat(
    database: Database, cases: Cases, person: str
) -> None:
    for _ in range(TERMS.repeat_answers):
        earlier, taker = brought(A, person=person), str(uuid4())
        await chosen(database, earlier)
        await cases.opens(earlier.case_id, disability_assessment="handed_over", status="handed_over")
        await cases.receives(earlier.case_id, earlier)
        await cases.hands_over(earlier.case_id, taker, earlier, A)
        await cases.takes_over(taker, earlier)
        await cases.opens(taker, disability_assessment="refused", status="answered")
        await cases.answers(taker, A)
    assert (await routed(database, brought(A, person=person))).review is not None
