"""A mapping is checked whole, and a fault names the agency and the field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kit.errors import PermanentError
from services.agency_adapter.connectors.connector import AssignmentContent
from services.agency_adapter.connectors.protocols import check_mapping
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.request_body import assignment_body
from tests.unit.agency_adapter.conftest import CATALOGUE


def document(agency_id: str, **changed: Any) -> dict[str, Any]:
    return {**(CATALOGUE.agency(agency_id).connector or {}), **changed}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dates": "dd.MM.yyyy"}, "connector.dates"),
        ({"timezone": "Asia/Bakku"}, "connector.timezone"),
        ({"reference_shape": "("}, "connector.reference_shape"),
        ({"statuses": {"20": "done"}}, "connector.statuses.20"),
        ({"statuses": {}}, "connector.statuses"),
        ({"acknowledgement": "40"}, "acknowledgement"),
        ({"auth": {"kind": "header"}}, "connector.auth"),
        ({"auth": {"kind": "digest"}}, "connector.auth.kind"),
        ({"key_of": None}, "key_of"),
        ({"colour": "red"}, "connector.colour"),
        ({"protocol": "soap"}, "connector.protocol"),
    ],
)
def test_a_fault_names_agency_and_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(PermanentError) as refused:
        check_mapping("moh", document("moh", **changed))
    assert refused.value.code == "mapping_invalid"
    assert "moh" in str(refused.value)
    assert field in str(refused.value)


@pytest.mark.parametrize(
    "path", ["applicant.surnam", "details.a.b", "nothing", "applicant.name.first", "category.x"]
)
def test_a_template_names_only_fields_that_there_are(path: str) -> None:
    submit = {**document("moh")["submit"], "body": {"patient": {"name": path}}}
    with pytest.raises(PermanentError, match=r"connector\.submit\.body\.patient.*name"):
        check_mapping("moh", document("moh", submit=submit))


def test_numbers_are_codes_too() -> None:
    statuses = {20: "acknowledged", 40: "fulfilled"}
    mapping = check_mapping("moh", document("moh", statuses=statuses, acknowledgement=20))
    assert mapping.statuses == {"20": "acknowledged", "40": "fulfilled"}


@pytest.mark.parametrize(
    ("code", "expected"), [(None, "20"), ("20", "20"), ("40", "20"), ("10", None), ("99", None)]
)
def test_acceptance_by_moh_acknowledges(moh: RestMapping, code: str | None, expected: str | None) -> None:
    assert moh.acknowledgement_in(code) == expected


def test_acceptance_does_not_acknowledge_where_that_was_not_agreed(nasimi: RestMapping) -> None:
    assert nasimi.acknowledgement_in("qebul_edildi") is None


def test_a_template_may_hold_a_constant() -> None:
    submit = {**document("moh")["submit"], "body": {"source": {"fixed": "VAHID"}, "no": "key"}}
    mapping = check_mapping("moh", document("moh", submit=submit))
    assert isinstance(mapping, RestMapping)
    content = AssignmentContent("s", datetime(2021, 9, 13, tzinfo=UTC), "http://127.0.0.1/", {})
    assert assignment_body(mapping, content, "k") == {"source": "VAHID", "no": "k"}
