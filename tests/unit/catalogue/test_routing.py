"""Where appeals go: services by the rules, and agencies by district and connection."""

from datetime import UTC, datetime
from typing import Any

import pytest

from catalogue.model import Catalogue, Condition, RoutingRule
from catalogue.routing import (
    UNKNOWN_SERVICE,
    UNPLACED,
    AppealFacts,
    RoutingResult,
    assign_agencies,
    route,
)
from kit.errors import PermanentError
from schemas.appeals import AppealReceived
from tests.packaged import packaged

CATALOGUE = packaged()


def facts(**changes: Any) -> AppealFacts:
    return AppealFacts.model_validate({"channel": "online", "identified": True, **changes})


def with_rules(*rules: RoutingRule) -> Catalogue:
    return CATALOGUE.model_copy(update={"routing": CATALOGUE.routing.model_copy(update={"rules": rules})})


def rule(code: str, then: Any, **when: Any) -> RoutingRule:
    return RoutingRule(code=code, reason="test", when=Condition(**when), then=then)


@pytest.mark.parametrize(
    ("changes", "by", "services"),
    [
        ({"services": ("employment",)}, "services_asked", ("employment",)),
        ({"services": ("land-plot", "employment")}, "services_asked", ("land-plot", "employment")),
        ({"services": ("employment", "employment")}, "services_asked", ("employment",)),
        ({"text": "Mənə kömək edin"}, "free_text", ()),
        ({}, "free_text", ()),
        ({"services": ("employment",), "identified": False}, "unidentified", ()),
        ({"services": ("employment", "moon-landing")}, UNKNOWN_SERVICE, ()),
    ],
)
def test_the_packaged_rules(changes: dict[str, Any], by: str, services: tuple[str, ...]) -> None:
    routed = route(CATALOGUE, facts(**changes))
    assert (routed.rule, routed.services, routed.triage) == (by, services, not services)


def test_the_first_rule_that_fits_wins() -> None:
    catalogue = with_rules(
        rule("mobile", ["land-plot"], channels=("mobile",)),
        rule("rest", ["employment"]),
        rule("never", "triage"),
    )
    assert route(catalogue, facts(channel="mobile")).rule == "mobile"
    assert route(catalogue, facts(channel="online")).services == ("employment",)


def test_no_rule_fits() -> None:
    routed = route(
        with_rules(rule("mobile", "as_asked", channels=("mobile",))), facts(services=("employment",))
    )
    assert routed == RoutingResult(UNPLACED, (), suggestions=("employment",))


def test_all_that_a_condition_states_must_hold() -> None:
    catalogue = with_rules(
        rule("both", ["employment"], channels=("mobile", "online"), districts=("nasimi",), asked=False)
    )
    assert route(catalogue, facts(district="nasimi")).services == ("employment",)
    assert route(catalogue, facts(district="khatai")).rule == UNPLACED
    assert route(catalogue, facts(district=None)).rule == UNPLACED
    assert route(catalogue, facts(district="nasimi", channel="on_site")).rule == UNPLACED
    assert route(catalogue, facts(district="nasimi", services=("land-plot",))).rule == UNPLACED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Torpağın ayrılması", True),  # inflected
        ("TORPAQ sahəsi", True),
        ("iş istəyirəm", False),
        ("İŞ istəyirəm", False),
        ("qatorpa", False),  # not the beginning of a word
        ("", False),
        (None, False),
    ],
)
def test_keywords_are_beginnings_of_words(text: str | None, found: bool) -> None:
    catalogue = with_rules(rule("land", ["land-plot"], keywords=("torpa",)))
    assert bool(route(catalogue, facts(text=text)).services) is found


@pytest.mark.parametrize(
    "text", ["iş axtarıram", "İş yeri axtarıram", "is axtariram", "Təcili: İŞ AXTARIRAM!"]
)
def test_a_keyword_of_two_words_is_found_one_after_the_other(text: str) -> None:
    catalogue = with_rules(rule("work", ["employment"], keywords=("iş axtar", "iş yer")))
    assert route(catalogue, facts(text=text)).rule == "work"


@pytest.mark.parametrize(
    "text",
    [
        "axtarıram iş",
        "iş, sonra da axtarış",
        "alış axtarıram",
        "istəyirəm axtarasınız",  # begins as "iş" does
        "işimi axtarıram",
        "Çətin iş. Axtarıram sizi",  # another sentence
    ],
)
def test_a_keyword_of_two_words_is_not_found_elsewhere(text: str) -> None:
    catalogue = with_rules(rule("work", ["employment"], keywords=("iş axtar",)))
    assert route(catalogue, facts(text=text)).rule == UNPLACED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"text": "Protez lazımdır"}, ("free_text", ("prosthetics",), "asked", ())),
        ({"text": "Salam"}, ("free_text", (), "no_service_named", ())),
        ({"text": None}, ("free_text", (), None, ())),
        ({"services": ("employment",), "identified": False}, ("unidentified", (), None, ("employment",))),
        ({"services": ("employment", "moon")}, (UNKNOWN_SERVICE, (), None, ("employment",))),
    ],
)
def test_triage_has_suggestions_and_a_ground(changes: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert route(CATALOGUE, facts(**changes)) == expected


def test_an_unidentified_text_is_read_for_suggestions_only() -> None:
    routed = route(CATALOGUE, facts(text="Protez lazımdır", identified=False))
    assert (routed.rule, routed.services, routed.ground) == ("unidentified", (), None)
    assert routed.suggestions[0] == "prosthetics" and len(routed.suggestions) >= 3


def test_a_service_that_the_catalogue_lacks_is_not_suggested() -> None:
    passports = {code: each for code, each in CATALOGUE.passports.items() if code != "prosthetics"}
    lacking = CATALOGUE.model_copy(update={"passports": passports})
    routed = route(lacking, facts(text="Protez lazımdır"))
    assert (routed.rule, routed.services) == (UNKNOWN_SERVICE, ())
    assert routed.suggestions and "prosthetics" not in routed.suggestions


def test_facts_of_an_appeal() -> None:
    appeal = AppealReceived(
        appeal_id="0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        case_id="0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        tracking_number="x",
        channel="mobile",
        received_at=datetime(2021, 8, 23, tzinfo=UTC),
        services=("employment",),
        district="nasimi",
        receipt_digest="x",
        sealed="x",
    )
    assert AppealFacts.of(appeal) == facts(
        channel="mobile", services=("employment",), district="nasimi", identified=False
    )
    assert AppealFacts.of(appeal.model_copy(update={"applicant_index": "x"})).identified


@pytest.mark.parametrize(
    ("service", "district", "agencies"),
    [
        ("disability-assessment", "khatai", {"examination": "moh", "assessment": "mlspp"}),
        ("psychological-support", None, {"counselling": "mlspp", "treatment": "moh"}),
        ("employment", "nasimi", {"vacancies": "mlspp", "local_quota": "nasimi-executive"}),
        ("employment", "khatai", {"vacancies": "mlspp", "local_quota": "khatai-executive"}),
        ("land-plot", "nasimi", {"allocation": "nasimi-executive"}),
        ("land-plot", "sumgait", {"allocation": "sumgait-executive"}),
        ("land-plot", "moon", {"allocation": "centre"}),  # no such district
        ("land-plot", None, {"allocation": "centre"}),  # the applicant did not say
    ],
)
def test_the_agency_of_each_step(service: str, district: str | None, agencies: dict[str, str]) -> None:
    ((passport, assigned),) = assign_agencies(CATALOGUE, [service], district)
    assert passport == CATALOGUE.passports[service]
    assert assigned == agencies


@pytest.mark.parametrize(
    ("unconnected", "service", "agencies"),
    [
        ("moh", "disability-assessment", {"examination": "centre", "assessment": "mlspp"}),
        ("nasimi-executive", "land-plot", {"allocation": "centre"}),
    ],
)
def test_an_agency_that_is_not_connected_leaves_its_steps_to_the_centre(
    unconnected: str, service: str, agencies: dict[str, str]
) -> None:
    agency = CATALOGUE.agencies[unconnected].model_copy(update={"connector": None})
    catalogue = CATALOGUE.model_copy(update={"agencies": {**CATALOGUE.agencies, unconnected: agency}})
    (assigned,) = assign_agencies(catalogue, [service], "nasimi")
    assert assigned.agencies == agencies


def test_each_passport_comes_once_and_in_order() -> None:
    assigned = assign_agencies(CATALOGUE, ["land-plot", "employment", "land-plot"], "nasimi")
    assert [passport.code for passport, _ in assigned] == ["land-plot", "employment"]


def test_an_unknown_service_is_an_error() -> None:
    with pytest.raises(PermanentError, match=r"unknown_service.*'moon-landing'.*employment"):
        assign_agencies(CATALOGUE, ["moon-landing"], None)
