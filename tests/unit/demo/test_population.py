"""Who comes to the window: the same people for the same seed, and all the kinds of appeal among them."""

from collections import Counter

from vahid.demo.population import DemoAppeal, population

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
