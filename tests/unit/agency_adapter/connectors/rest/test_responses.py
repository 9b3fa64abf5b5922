"""Responses of agencies: references, pages of changes, and responses that were not agreed."""

import json

import pytest
from hypothesis import given

from kit.errors import PermanentError
from services.agency_adapter.connectors.connector import Change, RejectedChange
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.responses import read_acceptance, read_page
from tests.unit.agency_adapter.conftest import mapping_of
from tests.unit.agency_adapter.connectors.rest.test_changes import CHANGES, EVENT, mlspp_item, moh_item
from tests.unit.agency_adapter.connectors.test_date_formats import json_values

KEY = "0a0b0c0d-0000-4000-8000-000000000001/examine/1"


def test_a_response_may_be_nothing_but_a_list() -> None:
    samhi, other = mapping_of("samhi"), {**CHANGES["samhi"], "entry": 18}
    page = read_page(samhi, [CHANGES["samhi"], other], "0")
    assert [type(change) for change in page.changes] == [Change, Change]
    assert (page.cursor, read_page(samhi, [], "18").cursor) == ("18", "18")
    for wrong in ({"items": []}, None, "[]"):
        with pytest.raises(PermanentError, match="no list"):
            read_page(samhi, wrong, "0")


@pytest.mark.parametrize("agency", CHANGES)
@given(json_values)
def test_any_response_is_a_page_or_unreadable(agency: str, document: object) -> None:
    try:
        read_page(mapping_of(agency), document, "0")
    except PermanentError as error:
        assert error.code == "agency_response_unreadable"


def test_one_unreadable_change_blocks_no_other(mlspp: RestMapping) -> None:
    items = [mlspp_item(changeId="17"), {"changeId": "18", "comment": "?"}, "what", mlspp_item(changeId="20")]
    page = read_page(mlspp, {"items": items, "next": 20}, "16")
    assert [type(change) for change in page.changes] == [Change, RejectedChange, RejectedChange, Change]
    assert page.cursor == "20"
    rejected = page.changes[1]
    assert isinstance(rejected, RejectedChange)
    assert json.loads(rejected.raw) == items[1]


def test_the_cursor_is_the_last_item_that_has_an_id(moh: RestMapping) -> None:
    other = EVENT.replace("1", "2")
    events = [moh_item(), moh_item(event_id=other), moh_item(event_id="lost")]
    assert read_page(moh, {"events": events}, "").cursor == other
    assert read_page(moh, {"events": []}, EVENT).cursor == EVENT


@pytest.mark.parametrize(
    "document", [None, {}, {"items": {}}, {"items": []}, "<html>", {"items": [], "next": ""}]
)
def test_a_response_that_was_not_agreed_is_refused(mlspp: RestMapping, document: object) -> None:
    with pytest.raises(PermanentError):
        read_page(mlspp, document, "0")


def test_references_of_all_shapes(mlspp: RestMapping, moh: RestMapping, nasimi: RestMapping) -> None:
    task = {"taskId": "MLSPP-2021-000123", "state": "NEW", "sequence": 1}
    assert read_acceptance(mlspp, task, mlspp.submit.response) == ("MLSPP-2021-000123", "NEW")
    uuid = "0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11"
    referral = {"referral": {"id": uuid, "ext_no": KEY, "status": 20}}
    assert read_acceptance(moh, referral, moh.submit.response) == (uuid, "20")
    assert read_acceptance(nasimi, {"qeydiyyat": 10234}, nasimi.submit.response) == ("10234", None)


@pytest.mark.parametrize(
    "document", [None, [], "ok", 7, {}, {"taskId": None}, {"taskId": "x"}, {"taskId": "MLSPP-2021-000123\n"}]
)
def test_a_response_without_a_reference_of_the_agreed_shape_is_unreadable(
    mlspp: RestMapping, document: object
) -> None:
    with pytest.raises(PermanentError) as refused:
        read_acceptance(mlspp, document, mlspp.submit.response)
    assert refused.value.code == "agency_response_unreadable"
