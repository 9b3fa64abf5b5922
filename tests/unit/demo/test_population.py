"""The appeals of a demonstration: the same for the same seed, with all kinds of appeal among them."""

from collections import Counter
from datetime import timedelta

import pytest

from catalogue.routing import AppealFacts, route
from tests.packaged import packaged
from vahid.demo.population import FREE_TEXTS, OPENING_WEEKS, DemoAppeal, population

SERVICES = ("disability-assessment", "employment", "land-plot", "psychological-support")


def _drawn(count: int = 400, seed: int = 5, run: str = "") -> list[DemoAppeal]:
    return population(count, seed, SERVICES, run)


def test_the_same_seed_draws_the_same_appeals() -> None:
    assert _drawn() == _drawn()
    assert _drawn(seed=6) != _drawn(seed=5)


def test_a_further_run_has_the_same_appeals_under_other_keys() -> None:
    first, again = _drawn(), _drawn(run="again-")
    assert [appeal.content for appeal in first] == [appeal.content for appeal in again]
    assert not {appeal.key for appeal in first} & {appeal.key for appeal in again}


def test_appeals_come_in_order_each_under_its_own_key() -> None:
    drawn = _drawn()
    assert len(drawn) == len({appeal.key for appeal in drawn}) == 400
    assert sorted(drawn, key=lambda appeal: appeal.after) == drawn


def test_all_kinds_of_appeal_are_among_them() -> None:
    contents = [appeal.content for appeal in _drawn()]
    assert any("fin" not in content["applicant"] for content in contents)
    assert any("services" not in content and content["text"] for content in contents)
    assert any(len(content.get("services", ())) == 2 for content in contents)
    assert any("representative" in content for content in contents)
    assert any(not any(content["notice"].values()) for content in contents)
    assert {content["channel"] for content in contents} == {"on_site", "online", "mobile", "call_centre"}
    assert {content["language"] for content in contents} == {"az", "en"}
    assert {content["district"] for content in contents} > {"nasimi", "sumgait"}
    assert {code for content in contents for code in content.get("services", ())} == set(SERVICES)


def test_second_appeals_name_a_service_of_the_first() -> None:
    contents = [appeal.content for appeal in _drawn()]
    fins = Counter(content["applicant"].get("fin") for content in contents)
    again = [fin for fin, count in fins.items() if fin and count > 1]
    assert again
    for fin in again:
        brought = [set(content["services"]) for content in contents if content["applicant"].get("fin") == fin]
        assert set.intersection(*brought)


def test_nobody_shares_a_fin_or_a_telephone_by_chance() -> None:
    people = {
        str(sorted(appeal.content["applicant"].items())): appeal.content["applicant"] for appeal in _drawn()
    }
    for contact in ("fin", "phone"):
        known = [person[contact] for person in people.values() if contact in person]
        assert len(known) == len(set(known))


def test_the_intended_service_is_on_offer() -> None:
    for appeal in _drawn():
        named = appeal.content.get("services", [appeal.intended_service])
        assert appeal.intended_service in SERVICES
        assert appeal.intended_service == named[0]


@pytest.mark.parametrize(("service", "text"), FREE_TEXTS.items())
def test_a_free_text_is_routed_to_the_service_that_it_means(service: str, text: str) -> None:
    facts = AppealFacts(channel="online", identified=True, text=text)
    assert route(packaged(), facts).services == (service,)


# The opening weeks.


@pytest.fixture(scope="module", params=[1, 2, 3])
def opening_weeks(request: pytest.FixtureRequest) -> list[DemoAppeal]:
    return population(OPENING_WEEKS, request.param, packaged().deliverable())


def _persons(appeals: list[DemoAppeal]) -> dict[str, DemoAppeal]:
    """The first appeal of each person. Without a FIN each appeal is a person, as in the report."""
    persons: dict[str, DemoAppeal] = {}
    for appeal in appeals:
        persons.setdefault(appeal.content["applicant"].get("fin", appeal.key), appeal)
    return persons


def test_the_opening_weeks_receive_1461_persons_155_of_them_through_142(
    opening_weeks: list[DemoAppeal],
) -> None:
    persons = _persons(opening_weeks)
    assert len(persons) == 1461
    assert sum(appeal.channel == "call_centre" for appeal in persons.values()) == 155
    assert sum(appeal.channel == "call_centre" for appeal in opening_weeks) == 155
    assert len(opening_weeks) == OPENING_WEEKS > 1461


def test_the_opening_weeks_ask_for_all_26_directions(opening_weeks: list[DemoAppeal]) -> None:
    asked = Counter(code for appeal in opening_weeks for code in appeal.content.get("services", ()))
    assert len(asked) == 26 and min(asked.values()) > 30


def test_a_second_appeal_comes_a_day_after_the_first_or_later(opening_weeks: list[DemoAppeal]) -> None:
    persons = _persons(opening_weeks)
    seconds = [
        appeal
        for appeal in opening_weeks
        if persons.get(appeal.content["applicant"].get("fin")) not in (appeal, None)
    ]
    assert len(seconds) == OPENING_WEEKS - 1461
    for appeal in seconds:
        first = persons[appeal.content["applicant"]["fin"]]
        assert appeal.after - first.after >= timedelta(days=1)
        assert set(appeal.content["services"]) <= set(first.content["services"])


def test_people_come_in_office_hours_and_online_at_all_hours(opening_weeks: list[DemoAppeal]) -> None:
    """From nine o'clock on a Monday."""
    for appeal in opening_weeks:
        days, time = divmod(appeal.after, timedelta(days=1))
        assert (time < timedelta(hours=9) and days % 7 < 5) or appeal.channel == "online"
    assert timedelta(days=67) < opening_weeks[-1].after < timedelta(days=73)


def test_fewer_appeals_come_in_fewer_days_at_the_same_pace() -> None:
    assert _drawn(count=20)[-1].after < timedelta(days=4)
    assert len(_drawn(count=1)) == 1
