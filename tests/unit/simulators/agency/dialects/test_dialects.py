from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from simulators.agency.dialects import local_executive, mlspp, mod, moh, samhi, sicc, ssmc
from simulators.agency.dialects.dialect import Dialect
from simulators.agency.lifecycle import State
from simulators.agency.registry import DIALECTS
from simulators.agency.store.records import Change

CHANGE = Change(
    change_id=17,
    event_id="4c4dd41d-6a3a-5a3a-9d44-0a1b8a5d1c11",
    sequence=4,
    at=datetime(2021, 8, 27, 13, 42, 30, 712_000, tzinfo=UTC),
    state=State.REFUSED,
    note_text="Sənədlər tam deyil.",
    reason="documents_incomplete",
    redirect_to="",
    number=234,
    key="case/step/1",
    reference="10234",
    callback_url="http://127.0.0.1/",
)


def test_the_ministry_of_labour_writes_a_change() -> None:
    assert mlspp.Mlspp().change_item(CHANGE) == {
        "changeId": "17",
        "taskId": "10234",
        "externalId": "case/step/1",
        "state": "REJECTED",
        "stateDate": "2021-08-27T17:42:30.712+04:00",
        "comment": "Sənədlər tam deyil.",
        "reasonCode": "documents_incomplete",
        "redirectTo": "",
        "sequence": 4,
    }


def test_the_ministry_of_health_writes_a_change() -> None:
    assert moh.Moh().change_item(CHANGE) == {
        "event_id": "4c4dd41d-6a3a-5a3a-9d44-0a1b8a5d1c11",
        "referral_id": "10234",
        "status": 50,
        "at": "27/08/2021 17:42:30",
        "remark": "Sənədlər tam deyil.",
        "reason": "documents_incomplete",
    }


def test_the_executive_power_writes_a_change() -> None:
    forwarded = replace(CHANGE, state=State.FORWARDED, reason="", redirect_to="mlspp")
    assert local_executive.LocalExecutive("nasimi-executive").change_item(forwarded) == {
        "id": 17,
        "qeydiyyat": 10234,
        "nomre": "case/step/1",
        "veziyyet": "yonlendirildi",
        "tarix": 1630071750712,
        "qeyd": "Sənədlər tam deyil.",
        "sebeb": "",
        "hara": "mlspp",
    }


def test_the_ministry_of_defence_writes_a_change() -> None:
    forwarded = replace(CHANGE, state=State.FORWARDED, reason="", redirect_to="SXCDX")
    assert mod.Mod().change_item(forwarded) == {
        "deyisiklik": {"no": 17, "tarix": "27.08.2021 17:42:30"},
        "sorgu": {"nomre": "10234", "xariciNomre": "case/step/1"},
        "veziyyet": {"kod": "G1", "qeyd": "Sənədlər tam deyil.", "sebeb": "", "yoneldildi": "SXCDX"},
    }


def test_the_service_for_mobilization_writes_a_change() -> None:
    refused, forwarded = replace(CHANGE, reason="12"), replace(CHANGE, reason="", redirect_to="103")
    item = {
        "event": "4c4dd41d-6a3a-5a3a-9d44-0a1b8a5d1c11",
        "at": 1630071750,
        "request": {"id": "10234", "request_id": "case/step/1"},
        "stage": {"to": 500, "order": 4},
        "message": {"text": "Sənədlər tam deyil.", "reason": 12},
        "transferred_to": None,
    }
    assert ssmc.Ssmc().change_item(refused) == item
    assert ssmc.Ssmc().change_item(forwarded)["transferred_to"] == 103


def test_the_agency_on_health_insurance_writes_a_change() -> None:
    assert samhi.Samhi().change_item(replace(CHANGE, reason="no-show")) == {
        "entry": 17,
        "card-no": "10234",
        "source-no": "case/step/1",
        "state": "not-covered",
        "when": "2021-08-27T17:42:30.712",
        "step": 4,
        "comment": "Sənədlər tam deyil.",
        "refusal-code": "no-show",
    }


def test_the_insurance_company_writes_a_change() -> None:
    assert sicc.Sicc().change_item(replace(CHANGE, reason="PAID_BEFORE")) == {
        "EntryId": 17,
        "Claim": {"Number": "10234"},
        "Status": {"Code": "D", "Since": "20210827174230"},
        "Remark": "Sənədlər tam deyil.",
        "Decision": {"Ground": "PAID_BEFORE"},
    }


def test_a_due_day_ends_with_its_working_hours() -> None:
    card = {"source-no": "k", "direction": "s", "answer-by": "2021-09-13", "report-to": "http://x/"}
    claim = {"PartnerReference": "k", "Product": "s", "DueOn": "20210913", "NotifyAt": "http://x/"}
    evening = datetime(2021, 9, 13, 14, tzinfo=UTC)
    assert samhi.Card.model_validate(card).due_at == evening
    assert sicc.ClaimRequest.model_validate(claim).DueOn == evening
    with pytest.raises(ValidationError):
        sicc.ClaimRequest.model_validate(claim | {"DueOn": "2021-09-13"})


def test_references_have_the_shape_of_their_agency() -> None:
    new_year = datetime(2021, 12, 31, 22, tzinfo=UTC)
    assert DIALECTS["mlspp"].reference("k", new_year, 123) == "MLSPP-2022-000123"
    assert DIALECTS["moh"].reference("k", new_year, 1) != DIALECTS["moh"].reference("l", new_year, 1)
    assert DIALECTS["nasimi-executive"].reference("k", new_year, 234) == "10234"
    assert DIALECTS["mod"].reference("k", new_year, 123) == "2022/000123-SB"
    assert DIALECTS["ssmc"].reference("k", new_year, 123) == "SXC-2201-000123"
    assert DIALECTS["samhi"].reference("k", new_year, 123) == "ITS-00000123"
    assert DIALECTS["sicc"].reference("k", new_year, 123) == "DSK-0000123-22"


@pytest.mark.parametrize("module", [local_executive, mlspp, mod, moh, samhi, sicc, ssmc])
def test_every_state_has_its_own_code(module: object) -> None:
    states = module.STATES  # type: ignore[attr-defined]
    assert set(states) == set(State)
    assert len(set(states.values())) == len(State)


@pytest.mark.parametrize("dialect", DIALECTS.values())
def test_every_change_that_can_happen_has_a_note_text(dialect: Dialect) -> None:
    silent = {State.REGISTERED, State.REFUSED} | (
        {State.ACCEPTED} if dialect.habits.accepts_at_once else set()
    )
    assert set(dialect.habits.note_texts) | {State.RECALLED} == set(State) - silent
    assert (State.RECALLED in dialect.habits.note_texts) == (dialect.agency in ("mlspp", "sicc", "ssmc"))


def test_a_deadline_is_local_time() -> None:
    form = moh.Referral.model_validate(
        {
            "ext_no": "k",
            "service_code": "s",
            "patient": {},
            "deadline": "13/09/2021 18:00",
            "notify_url": "http://x/",
        }
    )
    assert form.deadline == datetime(2021, 9, 13, 14, tzinfo=UTC)
    with pytest.raises(ValidationError):
        moh.Referral.model_validate({**form.model_dump(), "deadline": "2021-09-13T18:00"})


def test_the_log_names_the_fields_sent_and_not_their_content() -> None:
    form = local_executive.Muraciet.model_validate(
        {
            "nomre": "k",
            "xidmet": "land-plot",
            "vetendas": {"soyad": "Məmmədov", "ad": None, "telefon": "", "fin": "5ABC123"},
            "son_tarix": 0,
            "bildiris_url": "http://x/",
        }
    )
    assert form.field_names() == (
        "bildiris_url", "nomre", "son_tarix", "vetendas.fin", "vetendas.soyad", "xidmet",
    )  # fmt: skip
