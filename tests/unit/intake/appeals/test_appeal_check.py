"""An appeal that is checked before: by the very rules that accept and route it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.appeals.appeal_check import check_appeal
from services.intake.main import known_codes
from tests.packaged import packaged
from tests.unit.intake.submissions import applicant, body

CATALOGUE = packaged()
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
KNOWN = known_codes(CATALOGUE)


def test_an_acceptable_appeal_has_its_rule_and_services() -> None:
    found = check_appeal(body(), CATALOGUE, KNOWN, NOW)
    assert found.acceptable and found.errors == () and found.route is not None
    assert (found.route.services, found.route.triage) == (("employment",), False)
    assert found.route.rule == "services_asked"


def test_an_appeal_without_a_fin_is_acceptable_and_goes_to_the_centre() -> None:
    found = check_appeal(applicant(fin=None), CATALOGUE, KNOWN, NOW)
    assert found.acceptable and found.route is not None
    assert (found.route.rule, found.route.triage, found.route.services) == ("unidentified", True, ())


def test_each_service_has_its_documents_and_who_may_not_ask() -> None:
    asked = body(category="martyr_family", services=["land-plot", "vehicle"])
    found = check_appeal(asked, CATALOGUE, KNOWN, NOW)
    assert found.acceptable
    land, vehicle = found.services
    assert land.eligible and "housing_inspection" in {document.code for document in land.needed}
    assert "disability_certificate" not in {
        document.code for document in land.needed
    }  # of the war-disabled alone
    assert not vehicle.eligible and vehicle.not_eligible is not None and vehicle.needed == ()


def test_what_is_understood_from_the_text_is_examined_too() -> None:
    found = check_appeal(body(services=[], text="Torpaq sahəsi istəyirəm"), CATALOGUE, KNOWN, NOW)
    assert [finding.service for finding in found.services] == ["land-plot"]


@pytest.mark.parametrize(
    ("refused", "pointer", "code"),
    [
        (body(services=["no-such"]), "#/services/0", "appeal.unknown_service"),
        (applicant(fin="WRONG"), "#/applicant/fin", "fin.invalid"),
        (applicant(surname=None), "#/applicant/surname", "appeal.anonymous"),
        (body(text="𝐚" * 10_000, details={f"d{n}": "𝐚" * 200 for n in range(50)}), "#", "appeal.too_large"),
        (body(services=None, text=None), "#/services", "appeal.empty"),
    ],
)
def test_a_refusal_names_its_place_and_not_what_was_sent(
    refused: dict[str, Any], pointer: str, code: str
) -> None:
    found = check_appeal(refused, CATALOGUE, KNOWN, NOW)
    assert not found.acceptable and found.route is None
    assert (pointer, code) in {(each.pointer, each.code) for each in found.errors}
    assert "WRONG" not in found.model_dump_json()
