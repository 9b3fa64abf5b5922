"""Where appeals go: services by the rules as data, and bodies by district and connection."""

from datetime import UTC, datetime
from typing import Any

import pytest

from catalogue.loader import load
from catalogue.model import Catalogue, Condition, RoutingRule
from catalogue.routing import UNKNOWN_SERVICE, UNPLACED, AppealFacts, place, route
from kit.errors import PermanentError
from schemas.appeals import AppealReceived

CATALOGUE = load()


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
    assert routed == (UNPLACED, ())


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


def test_azerbaijani_letters_fold_by_their_own_rules() -> None:
    """İ is the capital of i, and I that of ı: "İŞ" is "iş", "IŞIQ" is "ışıq" and not "işiq"."""
    catalogue = with_rules(rule("work", ["employment"], keywords=("iş",)))
    assert route(catalogue, facts(text="İŞ")).rule == "work"
    assert route(catalogue, facts(text="IŞIQ")).rule == UNPLACED


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
        ("employment", "khatai", {"vacancies": "mlspp", "local_quota": "centre"}),  # not connected yet
        ("land-plot", "nasimi", {"allocation": "nasimi-executive"}),
        ("land-plot", "sumgait", {"allocation": "centre"}),
        ("land-plot", "moon", {"allocation": "centre"}),  # no such district
        ("land-plot", None, {"allocation": "centre"}),  # the applicant did not say
    ],
)
def test_the_body_of_each_step(service: str, district: str | None, agencies: dict[str, str]) -> None:
    ((passport, placed),) = place(CATALOGUE, [service], district)
    assert passport == CATALOGUE.passports[service]
    assert placed == agencies


def test_the_central_bodies_that_are_not_connected_leave_their_steps_to_the_centre() -> None:
    agencies = {**CATALOGUE.agencies, "moh": CATALOGUE.agencies["moh"].model_copy(update={"connector": None})}
    catalogue = CATALOGUE.model_copy(update={"agencies": agencies})
    (placed,) = place(catalogue, ["disability-assessment"], "nasimi")
    assert placed.agencies == {"examination": "centre", "assessment": "mlspp"}


def test_services_are_placed_once_and_in_order() -> None:
    placed = place(CATALOGUE, ["land-plot", "employment", "land-plot"], "nasimi")
    assert [one.passport.code for one in placed] == ["land-plot", "employment"]


def test_an_unknown_service_is_not_placed() -> None:
    with pytest.raises(PermanentError, match=r"unknown_service.*'moon-landing'.*employment"):
        place(CATALOGUE, ["moon-landing"], None)
