"""Who states another's FIN: an appeal joins a case only where the person is confirmed."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from catalogue.terms import Terms
from kit.database import Database
from kit.person_names import person_key
from kit.vault import Vault
from schemas.appeals import AppealContent, AppealReceived
from services.router.case_choice import Joined, Opened
from services.router.earlier_persons import EarlierPersons
from services.router.routing_decision import RoutingDecision, decide
from services.router.tables import applicant_claims
from tests.builders import MONDAY
from tests.integration.router.conftest import Cases, brought

A, B = "disability-assessment", "psychological-support"
ME = {"surname": "Əliyeva", "name": "Günay", "patronymic": "Rəşid qızı", "birth_date": "1990-02-14"}
OTHER = {"surname": "Məmmədov", "name": "Tural", "birth_date": "1985-05-05"}


class Reception:
    """Appeals as intake seals and indexes them, and as the router decides on them."""

    def __init__(self, database: Database, keys: Path, fin: str) -> None:
        self._database = database
        self._vault = Vault(keys)
        self._fin = fin

    async def brings(self, *services: str, who: dict[str, str], **more: object) -> AppealReceived:
        """An appeal that states the FIN."""
        person = AppealContent.Person.model_validate(who)
        index = self._vault.blind_index(person_key(person))
        appeal = brought(*services, person=self._fin, **{"person_index": index, **more})
        async with self._database.transaction() as connection:
            key = await self._vault.create_data_key(connection, appeal.case_id)
        content = AppealContent(applicant=person, category="wounded")
        return appeal.model_copy(update={"sealed": key.seal(content.model_dump_json().encode())})

    async def decides(self, appeal: AppealReceived, hours: float = 0) -> RoutingDecision:
        """What the router decides."""
        persons = EarlierPersons(self._vault, ("on_site",))
        async with self._database.transaction() as connection:
            at = MONDAY + timedelta(hours=hours)
            return await decide(connection, appeal, appeal.services, "v1", at, Terms(), persons)

    async def forgets(self, appeal: AppealReceived) -> None:
        """Destroy the key of the person's data."""
        async with self._database.transaction() as connection:
            await self._vault.destroy_data_key(connection, appeal.case_id)


@pytest.fixture
def reception(database: Database, keys: Path, person: str) -> Reception:
    return Reception(database, keys, person)


@pytest.fixture
async def first(reception: Reception, cases: Cases) -> AppealReceived:
    """My own appeal for A, which is in its case."""
    appeal = await reception.brings(A, who=ME)
    await reception.decides(appeal)
    await cases.opens(appeal.case_id, disability_assessment=None)
    await cases.brings(appeal.case_id, appeal)
    return appeal


def is_held(decision: RoutingDecision, appeal: AppealReceived, *earlier: AppealReceived) -> bool:
    """Whether the appeal opens its own case, for a person to decide, and nobody else hears of it."""
    review = decision.review
    assert review is not None and review.kind == "same_person"
    assert (decision.choice, decision.elsewhere) == (Opened(appeal.case_id), {})
    assert decision.confirmed_by is None
    return set(review.earlier) == {each.case_id for each in earlier}


async def test_another_person_who_states_my_fin_is_held(reception: Reception, first: AppealReceived) -> None:
    for more in ({}, {"contact_indexes": ("another",)}, {"channel": "on_site"}):
        stranger = await reception.brings(A, who=OTHER, **more)
        decision = await reception.decides(stranger)
        assert is_held(decision, stranger, first)
        assert decision.services == (A,)
        assert await reception.decides(stranger) == RoutingDecision(
            decision.choice, decision.services, repeated=True, review=decision.review
        )


@pytest.mark.parametrize(
    "spelt",
    [
        ME,
        {**ME, "surname": "Eliyeva", "name": "Gunay"},
        {**ME, "surname": ME["name"], "name": ME["surname"]},
        {key: value for key, value in ME.items() if key != "patronymic"},
        {**ME, "surname": "Əlyeva"},
    ],
    ids=["same", "folded", "exchanged", "no patronymic", "a character missing"],
)
async def test_i_join_my_case_however_i_spell_my_name(
    reception: Reception, first: AppealReceived, spelt: dict[str, str]
) -> None:
    decision = await reception.decides(await reception.brings(A, who=spelt))
    assert decision.choice == Joined(first.case_id)
    assert (decision.review, decision.confirmed_by) == (None, "contact")


@pytest.mark.parametrize(
    "spelt",
    [
        {**ME, "birth_date": "1990-02-15"},
        {key: value for key, value in ME.items() if key != "birth_date"},
        {**ME, "surname": "Ələyevə"},
        {**ME, "patronymic": "Kamal qızı"},
    ],
    ids=["another birth date", "no birth date", "two characters wrong", "another father"],
)
async def test_whose_names_or_birth_date_differ_is_held(
    reception: Reception, first: AppealReceived, spelt: dict[str, str]
) -> None:
    appeal = await reception.brings(A, who=spelt)
    assert is_held(await reception.decides(appeal), appeal, first)


async def test_without_a_contact_or_a_check_my_name_is_not_enough(
    reception: Reception, first: AppealReceived
) -> None:
    for channel in ("online", "mobile", "call_centre", "import", "on_site"):
        appeal = await reception.brings(A, who=ME, contact_indexes=("new",), channel=channel)
        assert is_held(await reception.decides(appeal), appeal, first)


async def test_two_checks_of_the_card_confirm_the_person(reception: Reception) -> None:
    first = await reception.brings(A, who=ME, channel="on_site", contact_indexes=())
    await reception.decides(first)
    second = await reception.brings(A, who=ME, channel="on_site", contact_indexes=("new",))
    decision = await reception.decides(second)
    assert (decision.choice, decision.confirmed_by) == (Joined(first.case_id), "channel")


async def test_a_contact_that_came_beside_mine_confirms_nobody(
    reception: Reception, first: AppealReceived
) -> None:
    beside = await reception.brings(A, who=ME, contact_indexes=(*first.contact_indexes, "theirs"))
    assert (await reception.decides(beside)).choice == Joined(first.case_id)
    stranger = await reception.brings(A, who=ME, contact_indexes=("theirs",))
    assert is_held(await reception.decides(stranger), stranger, first)


async def test_who_was_held_does_not_stand_for_me(reception: Reception, first: AppealReceived) -> None:
    stranger = await reception.brings(A, B, who=OTHER, contact_indexes=("theirs",))
    assert (await reception.decides(stranger)).services == (A, B)
    mine = await reception.brings(A, who=ME)
    assert (await reception.decides(mine)).choice == Joined(first.case_id)


async def test_what_is_mine_is_joined_and_what_is_not_is_held(
    reception: Reception, first: AppealReceived
) -> None:
    theirs = await reception.brings(B, who=OTHER, contact_indexes=("theirs",))
    await reception.decides(theirs)
    both = await reception.brings(A, B, who=ME)
    decision = await reception.decides(both)
    assert decision.choice == Joined(first.case_id)
    assert decision.review is not None and decision.review.earlier == (theirs.case_id,)
    assert (decision.services, decision.elsewhere, decision.confirmed_by) == ((A, B), {}, "contact")


async def test_a_misspelt_appeal_right_after_its_first_is_held(reception: Reception) -> None:
    first, second = await reception.brings(A, who=ME), await reception.brings(A, who={**ME, "name": "Günayy"})
    await reception.decides(first)
    assert is_held(await reception.decides(second), second, first)


async def test_who_was_forgotten_cannot_be_compared(reception: Reception, first: AppealReceived) -> None:
    await reception.forgets(first)
    again = await reception.brings(A, who={**ME, "name": "Günayy"})
    assert is_held(await reception.decides(again), again, first)


@pytest.mark.parametrize("indexed", [True, False])
async def test_claims_and_appeals_of_before_are_compared_by_what_is_sealed(
    reception: Reception, cases: Cases, database: Database, person: str, indexed: bool
) -> None:
    old = {} if indexed else {"person_index": None}
    first = await reception.brings(A, who=ME, **old)
    await reception.decides(first)
    await cases.opens(first.case_id, disability_assessment=None)
    await cases.brings(first.case_id, first)
    of_mine = applicant_claims.c.applicant_index == person
    async with database.transaction() as connection:
        await connection.execute(update(applicant_claims).where(of_mine).values(person=None))
    mine, stranger = await reception.brings(A, who=ME), await reception.brings(A, who=OTHER)
    assert is_held(await reception.decides(stranger), stranger, first)
    assert (await reception.decides(mine)).choice == Joined(first.case_id)
