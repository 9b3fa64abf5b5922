"""The schema of an agency's changes admits what the adapter reads, and refuses what it does not."""

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.agency_adapter.connectors.connector import MalformedChangeError
from services.agency_adapter.connectors.protocols import check_mapping, schema_of_changes
from services.agency_adapter.connectors.rest.changes import read_change
from services.agency_adapter.connectors.rest.mapping import RestMapping
from tests.packaged import packaged

MLSPP: Mapping[str, Any] = {
    "changeId": 7,
    "taskId": "MLSPP-2021-000123",
    "state": "DONE",
    "stateDate": "2021-08-27T17:42:30+04:00",
    "sequence": 3,
}
NASIMI: Mapping[str, Any] = {"id": 7, "qeydiyyat": 12, "veziyyet": "alindi", "tarix": 1_630_000_000_000}


def mapping_of(agency: str) -> RestMapping:
    mapping = check_mapping(agency, packaged().agencies[agency].connector)
    assert isinstance(mapping, RestMapping)
    return mapping


@pytest.mark.parametrize(
    ("agency", "change", "changed", "is_read"),
    [
        ("mlspp", MLSPP, {}, True),
        ("mlspp", MLSPP, {"changeId": "7", "sequence": None, "comment": "Yes"}, True),
        ("mlspp", MLSPP, {"changeId": 7.0, "sequence": 3.0, "state": 5.0}, True),
        ("mlspp", MLSPP, {"state": "UNHEARD_OF"}, True),
        ("mlspp", MLSPP, {"changeId": "seven"}, False),
        ("mlspp", MLSPP, {"changeId": 7.5}, False),
        ("mlspp", MLSPP, {"taskId": "2021-000123"}, False),
        ("mlspp", MLSPP, {"taskId": None}, False),
        ("mlspp", MLSPP, {"state": ""}, False),
        ("mlspp", MLSPP, {"sequence": -1}, False),
        ("mlspp", MLSPP, {"stateDate": 5}, False),
        ("nasimi-executive", NASIMI, {}, True),
        ("nasimi-executive", NASIMI, {"id": None}, False),
        ("nasimi-executive", NASIMI, {"tarix": "2021-08-27"}, False),
    ],
)
def test_the_schema_says_what_is_read(
    agency: str, change: Mapping[str, Any], changed: Mapping[str, Any], is_read: bool
) -> None:
    mapping, item = mapping_of(agency), {**change, **changed}
    assert Draft202012Validator(schema_of_changes(mapping)).is_valid(item) == is_read
    try:
        read_change(mapping, item)
    except MalformedChangeError:
        assert not is_read
    else:
        assert is_read


@pytest.mark.parametrize("agency", [name for name, each in packaged().agencies.items() if each.connector])
def test_every_agency_has_a_schema(agency: str) -> None:
    Draft202012Validator.check_schema(schema_of_changes(mapping_of(agency)))
