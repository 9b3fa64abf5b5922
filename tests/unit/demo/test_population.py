"""Who comes to the window: the same people for the same seed, and all the kinds of appeal among them."""

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
    assert [one.body for one in first] == [one.body for one in again]
    assert not {one.key for one in first} & {one.key for one in again}


def test_appeals_come_in_order_each_under_its_own_key() -> None:
    drawn = _drawn()
    assert len(drawn) == len({one.key for one in drawn}) == 400
    assert sorted(drawn, key=lambda one: one.after) == drawn


def test_all_kinds_of_appeal_are_among_them() -> None:
    bodies = [one.body for one in _drawn()]
    assert any("fin" not in body["applicant"] for body in bodies)
    assert any("services" not in body and body["text"] for body in bodies)
    assert any(len(body.get("services", ())) == 2 for body in bodies)
    assert any("representative" in body for body in bodies)
    assert any(not any(body["notice"].values()) for body in bodies)
    assert {body["channel"] for body in bodies} == {"on_site", "online", "mobile", "call_centre"}
    assert {body["language"] for body in bodies} == {"az", "en"}
    assert {body["district"] for body in bodies} > {"nasimi", "sumgait"}
    assert {code for body in bodies for code in body.get("services", ())} == set(SERVICES)


def test_people_come_again_on_a_matter_they_brought_before() -> None:
    bodies = [one.body for one in _drawn()]
    fins = Counter(body["applicant"].get("fin") for body in bodies)
    again = [fin for fin, count in fins.items() if fin and count > 1]
    assert again
    for fin in again:
        brought = [set(body["services"]) for body in bodies if body["applicant"].get("fin") == fin]
        assert set.intersection(*brought)


def test_nobody_shares_a_fin_or_a_telephone_by_chance() -> None:
    people = {str(sorted(one.body["applicant"].items())): one.body["applicant"] for one in _drawn()}
    for contact in ("fin", "phone"):
        known = [person[contact] for person in people.values() if contact in person]
        assert len(known) == len(set(known))


def test_what_a_person_would_read_is_a_service_on_offer() -> None:
    for one in _drawn():
        assert one.meant in SERVICES
        assert one.meant == one.body["services"][0] if one.body.get("services") else True


@pytest.mark.parametrize(("service", "text"), FREE_TEXTS.items())
def test_a_free_text_is_routed_to_the_service_that_it_means(service: str, text: str) -> None:
    facts = AppealFacts(channel="online", identified=True, text=text)
    assert route(packaged(), facts).services == (service,)


# The opening weeks.


@pytest.fixture(scope="module", params=[1, 2, 3])
def opening_weeks(request: pytest.FixtureRequest) -> list[DemoAppeal]:
    return population(OPENING_WEEKS, request.param, packaged().deliverable())


def _persons(appeals: list[DemoAppeal]) -> dict[str, DemoAppeal]:
    """By person the first appeal; who has no FIN is a person of each appeal's own, as in the report."""
    persons: dict[str, DemoAppeal] = {}
    for one in appeals:
        persons.setdefault(one.body["applicant"].get("fin", one.key), one)
    return persons


def test_the_opening_weeks_receive_1461_persons_155_of_them_through_142(
    opening_weeks: list[DemoAppeal],
) -> None:
    persons = _persons(opening_weeks)
    assert len(persons) == 1461
    assert sum(one.channel == "call_centre" for one in persons.values()) == 155
    assert sum(one.channel == "call_centre" for one in opening_weeks) == 155
    assert len(opening_weeks) == OPENING_WEEKS > 1461


def test_the_opening_weeks_ask_for_all_26_directions(opening_weeks: list[DemoAppeal]) -> None:
    asked = Counter(code for one in opening_weeks for code in one.body.get("services", ()))
    assert len(asked) == 26 and min(asked.values()) > 30


def test_a_second_appeal_comes_a_day_after_the_first_or_later(opening_weeks: list[DemoAppeal]) -> None:
    persons = _persons(opening_weeks)
    seconds = [
        one for one in opening_weeks if persons.get(one.body["applicant"].get("fin")) not in (one, None)
    ]
    assert len(seconds) == OPENING_WEEKS - 1461
    for one in seconds:
        first = persons[one.body["applicant"]["fin"]]
        assert one.after - first.after >= timedelta(days=1)
        assert set(one.body["services"]) <= set(first.body["services"])


def test_people_come_in_office_hours_and_online_at_all_hours(opening_weeks: list[DemoAppeal]) -> None:
    """From nine o'clock on a Monday."""
    for one in opening_weeks:
        office = one.after % timedelta(days=1) < timedelta(hours=9) and one.after // timedelta(days=1) % 7 < 5
        assert office or one.channel == "online"
    assert timedelta(days=67) < opening_weeks[-1].after < timedelta(days=73)


def test_fewer_appeals_come_in_fewer_days_at_the_same_pace() -> None:
    assert _drawn(count=20)[-1].after < timedelta(days=4)
    assert len(_drawn(count=1)) == 1
