"""A mapping is checked whole, and a fault names the agency and the field."""

from typing import Any

import pytest

from kit.errors import PermanentError
from services.agency_adapter.access import read_access
from services.agency_adapter.main import connected_agencies
from services.agency_adapter.mapping import check_mapping
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


def test_an_agency_without_a_mapping_cannot_be_connected(tmp_path: Any) -> None:
    file = tmp_path / "agencies.json"
    entry = '{"base_url": "http://localhost", "token": "t", "webhook_secret": "whsec_c2VjcmV0c2VjcmV0"}'
    file.write_text(f'{{"centre": {entry}}}')
    with pytest.raises(PermanentError, match="agency centre"):
        connected_agencies(CATALOGUE, read_access(file))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"mlspp": {"base_url": "not an address", "token": "hush", "webhook_secret": "whsec_aGk="}}',
        '{"mlspp": {"base_url": "http://localhost", "token": "hush", "webhook_secret": "whsec_"}}',
        '{"mlspp": {"base_url": "http://localhost", "token": "hush"}}',
    ],
)
def test_a_faulty_access_file_is_named_and_no_secret_is(tmp_path: Any, content: str) -> None:
    file = tmp_path / "agencies.json"
    file.write_text(content)
    with pytest.raises(PermanentError) as refused:
        read_access(file)
    assert "agencies.json" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_missing_access_file_is_named(tmp_path: Any) -> None:
    with pytest.raises(PermanentError, match=r"none\.json cannot be read"):
        read_access(tmp_path / "none.json")
