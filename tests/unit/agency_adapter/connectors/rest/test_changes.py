"""Changes of agencies in our terms: each dialect, hostile changes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agency_adapter.connectors.connector import Change, MalformedChangeError
from services.agency_adapter.connectors.rest.changes import LONGEST_NOTE_BYTES, read_change
from services.agency_adapter.connectors.rest.mapping import RestMapping
from tests.unit.agency_adapter.conftest import mapping_of
from tests.unit.agency_adapter.connectors.test_date_formats import json_values

EVENT = "6f1c2b3a-0000-4000-8000-000000000001"
REFERRAL = "0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11"
KEY = "0a0b0c0d-0000-4000-8000-000000000001/examine/1"


def mlspp_item(**changed: Any) -> dict[str, Any]:
    item = {
        "changeId": "17",
        "taskId": "MLSPP-2021-000123",
        "externalId": KEY,
        "state": "REJECTED",
        "stateDate": "2021-08-24T12:30:00.250+04:00",
        "comment": "Sənədlər tam deyil.",
        "reasonCode": "documents_incomplete",
        "redirectTo": "",
        "sequence": 4,
    }
    return {**item, **changed}


def moh_item(**changed: Any) -> dict[str, Any]:
    item = {
        "event_id": EVENT,
        "referral_id": REFERRAL,
        "status": 40,
        "at": "24/08/2021 12:30:00",
        "remark": "Rəy verildi.",
        "reason": "",
    }
    return {**item, **changed}


def nasimi_item(**changed: Any) -> dict[str, Any]:
    item = {
        "id": 31,
        "qeydiyyat": 10234,
        "nomre": KEY,
        "veziyyet": "yonlendirildi",
        "tarix": 1_629_793_800_000,
        "qeyd": "Aidiyyəti üzrə baxılmalıdır.",
        "sebeb": "",
        "hara": "mlspp",
    }
    return {**item, **changed}


CHANGES: dict[str, dict[str, Any]] = {
    "mlspp": mlspp_item(),
    "moh": moh_item(),
    "nasimi-executive": nasimi_item(),
    "mod": {
        "deyisiklik": {"no": 17, "tarix": "24.08.2021 12:30:00"},
        "sorgu": {"nomre": "2021/000123-SB", "xariciNomre": KEY},
        "veziyyet": {"kod": "G1", "qeyd": "Aidiyyəti üzrə.", "sebeb": "", "yoneldildi": "SXCDX"},
    },
    "ssmc": {
        "event": EVENT,
        "at": 1_629_793_800,
        "request": {"id": "SXC-2108-000123", "request_id": KEY},
        "stage": {"to": 500, "order": 4},
        "message": {"text": "Hərbi xidmət keçməyib.", "reason": 11},
        "transferred_to": None,
    },
    "samhi": {
        "entry": 17,
        "card-no": "ITS-00000123",
        "source-no": KEY,
        "state": "service-given",
        "when": "2021-08-24T12:30:00.250",
        "step": 3,
        "comment": "Müayinə keçirildi.",
        "refusal-code": "",
    },
    "sicc": {
        "EntryId": 17,
        "Claim": {"Number": "DSK-0000123-21"},
        "Status": {"Code": "Q", "Since": "20210824123000"},
        "Remark": "Bank rekvizitləri tələb olunur.",
        "Decision": {"Ground": None},
    },
}
"""A change of each dialect."""
NOON = datetime(2021, 8, 24, 8, 30, tzinfo=UTC)


def test_mlspp(mlspp: RestMapping) -> None:
    assert read_change(mlspp, mlspp_item()) == Change(
        status_id="17",
        reference="MLSPP-2021-000123",
        key=KEY,
        status="refused",
        raw_code="REJECTED",
        occurred_at=NOON.replace(microsecond=250_000),
        sequence=4,
        note="Sənədlər tam deyil.",
        reason_code="documents_missing",
    )


def test_moh(moh: RestMapping) -> None:
    assert read_change(moh, moh_item()) == Change(
        status_id=EVENT,
        reference=REFERRAL,
        key=None,
        status="fulfilled",
        raw_code="40",
        occurred_at=NOON,
        note="Rəy verildi.",
    )


def test_nasimi(nasimi: RestMapping) -> None:
    assert read_change(nasimi, nasimi_item()) == Change(
        status_id="31",
        reference="10234",
        key=KEY,
        status="forwarded",
        raw_code="yonlendirildi",
        occurred_at=NOON,
        sequence=31,
        note="Aidiyyəti üzrə baxılmalıdır.",
        forward_to="mlspp",
    )


def test_the_ministry_of_defence() -> None:
    assert read_change(mapping_of("mod"), CHANGES["mod"]) == Change(
        status_id="17",
        reference="2021/000123-SB",
        key=KEY,
        status="forwarded",
        raw_code="G1",
        occurred_at=NOON,
        note="Aidiyyəti üzrə.",
        forward_to="ssmc",
    )


def test_the_service_for_mobilization() -> None:
    assert read_change(mapping_of("ssmc"), CHANGES["ssmc"]) == Change(
        status_id=EVENT,
        reference="SXC-2108-000123",
        key=KEY,
        status="refused",
        raw_code="500",
        occurred_at=NOON,
        sequence=4,
        note="Hərbi xidmət keçməyib.",
        reason_code="not_entitled",
    )


def test_the_agency_on_health_insurance() -> None:
    assert read_change(mapping_of("samhi"), CHANGES["samhi"]) == Change(
        status_id="17",
        reference="ITS-00000123",
        key=KEY,
        status="fulfilled",
        raw_code="service-given",
        occurred_at=NOON.replace(microsecond=250_000),
        sequence=3,
        note="Müayinə keçirildi.",
    )


def test_the_insurance_company() -> None:
    assert read_change(mapping_of("sicc"), CHANGES["sicc"]) == Change(
        status_id="17",
        reference="DSK-0000123-21",
        key=None,
        status="information_requested",
        raw_code="Q",
        occurred_at=NOON,
        note="Bank rekvizitləri tələb olunur.",
    )


def test_every_agency_maps_to_every_status() -> None:
    every = {
        "acknowledged",
        "in_progress",
        "information_requested",
        "fulfilled",
        "refused",
        "forwarded",
        "note",
    }
    for agency in CHANGES:
        assert set(mapping_of(agency).statuses.values()) == every


def test_an_unmapped_code_is_kept_and_changes_nothing(mlspp: RestMapping) -> None:
    change = read_change(mlspp, mlspp_item(state="ARCHIVED", reasonCode="A17", redirectTo="GNKS"))
    assert (change.status, change.raw_code) == ("note", "ARCHIVED")
    assert change.unmapped == ("status", "reason", "forward_to")
    assert (change.reason_code, change.forward_to) == (None, None)
    assert change.note == "Sənədlər tam deyil.\n[reason] A17\n[forward to] GNKS"


def test_a_code_that_is_a_sentence_is_sealed_with_the_note_and_nowhere_in_the_open(
    mlspp: RestMapping,
) -> None:
    sentence = "Elnur Mammadov is ill"
    change = read_change(mlspp, mlspp_item(state=sentence))
    assert (change.status, change.raw_code, change.unmapped) == ("note", "unmapped", ("status",))
    assert change.note == f"Sənədlər tam deyil.\n[code] {sentence}"
    open_parts = [change.status_id, change.reference, change.key, change.reason_code, change.forward_to]
    assert sentence not in str([*open_parts, change.raw_code, change.unmapped])
    other = read_change(mlspp, mlspp_item(state="Elnur Mammadov is well"))
    assert other.stated != change.stated  # another statement under the same id is still refused


def test_a_long_note_is_cut_between_characters(moh: RestMapping) -> None:
    note = read_change(moh, moh_item(remark="ə" * 100_000)).note
    assert note is not None
    assert LONGEST_NOTE_BYTES < len(note.encode()) < LONGEST_NOTE_BYTES + 10


def test_a_note_that_is_no_unicode_is_replaced(moh: RestMapping) -> None:
    assert (
        read_change(moh, json.loads(json.dumps(moh_item()).replace("R\\u0259y", "\\ud800"))).note
        == "? verildi."
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"changeId": None},
        {"changeId": ""},
        {"changeId": "seventeen"},
        {"changeId": True},
        {"changeId": "1" * 300},
        {"changeId": "١٧"},
        {"taskId": "MLSPP-2021-000123; DROP"},
        {"taskId": "../admin"},
        {"state": None},
        {"state": ""},
        {"state": "X" * 65},
        {"state": "A\x00B"},
        {"state": "\ud800"},
        {"state": ["DONE"]},
        {"stateDate": "24.08.2021"},
        {"stateDate": None},
        {"sequence": "4"},
        {"sequence": -1},
        {"sequence": 2**63},
        {"sequence": 1.5},
    ],
)
def test_a_malformed_change_names_the_field_and_not_the_value(
    mlspp: RestMapping, changed: dict[str, Any]
) -> None:
    with pytest.raises(MalformedChangeError) as refused:
        read_change(mlspp, mlspp_item(**changed))
    [(field, value)] = changed.items()
    assert refused.value.message.endswith(field)
    assert not value or str(value) not in str(refused.value)


@pytest.mark.parametrize("agency", CHANGES)
@given(data=st.data())
def test_anything_is_a_change_or_malformed(agency: str, data: st.DataObject) -> None:
    mapping = mapping_of(agency)
    names = [path.split(".")[0] for path in mapping.change.model_dump().values() if path]
    item = CHANGES[agency] | data.draw(st.dictionaries(st.sampled_from(names), json_values, max_size=3))
    try:
        change = read_change(mapping, item)
    except MalformedChangeError:
        return
    assert change.raw_code.isprintable()
    assert change.occurred_at.tzinfo is UTC
    assert change.note is None or change.note.encode()


def test_what_an_agency_states_is_compared_in_its_own_words() -> None:
    stated = read_change(mapping_of("mlspp"), mlspp_item()).stated
    assert read_change(mapping_of("mlspp"), mlspp_item(unknown="by webhook only")).stated == stated
    assert read_change(mapping_of("mlspp"), mlspp_item(stateDate="2021-08-24T08:30:00.250Z")).stated == stated
    for changed in (
        {"state": "CLOSED"},
        {"comment": "another"},
        {"reasonCode": "other"},
        {"redirectTo": "moh"},
        {"sequence": 5},
        {"stateDate": "2021-08-24T12:31:00.250+04:00"},
    ):
        assert read_change(mapping_of("mlspp"), mlspp_item(**changed)).stated != stated, changed
