"""An assignment in the words of each agency: what is disclosed and nothing else."""

from datetime import UTC, datetime

import pytest

from kit.errors import PermanentError
from schemas.appeals import AppealContent
from services.agency_adapter.connectors.base import AssignmentContent
from services.agency_adapter.disclosure import disclose
from services.agency_adapter.mapping import RestMapping
from services.agency_adapter.translation import acknowledges, read_taken, request_body
from tests.unit.agency_adapter.conftest import mapping_of

KEY = "0a0b0c0d-0000-4000-8000-000000000001/examine/1"
CALLBACK = "http://127.0.0.1:8004/v1/agencies/x/statuses"
PERSON = AppealContent.Person(
    surname="Məmmədov",
    name="Əli",
    patronymic="Vüqar oğlu",
    fin="5XK2B7Q",
    birth_date="1979-03-01",
    phone="+994501234567",
    email="ali@example.az",
    address="Bakı, Nəsimi",
)
APPEAL = AppealContent(
    applicant=PERSON, category="war_disabled", district="nasimi", text="Xahiş", details={"diagnosis": "F43"}
)
ALL = ("applicant", "category", "district", "text", "details")


def content(*disclosed: str) -> AssignmentContent:
    return AssignmentContent(
        service="disability-assessment",
        due_at=datetime(2021, 9, 13, 14, 0, tzinfo=UTC),
        callback_url=CALLBACK,
        disclosed=disclose([APPEAL], disclosed),
    )


def test_mlspp(mlspp: RestMapping) -> None:
    assert request_body(mlspp, content(*ALL), KEY) == {
        "externalId": KEY,
        "service": "disability-assessment",
        "person": {
            "surname": "Məmmədov",
            "name": "Əli",
            "patronymic": "Vüqar oğlu",
            "pin": "5XK2B7Q",
            "phone": "+994501234567",
            "birthDate": "01.03.1979",
        },
        "district": "nasimi",
        "dueDate": "2021-09-13T18:00:00+04:00",
        "callbackUrl": CALLBACK,
    }


def test_moh(moh: RestMapping) -> None:
    assert request_body(moh, content(*ALL), KEY) == {
        "ext_no": KEY,
        "service_code": "disability-assessment",
        "patient": {
            "last_name": "Məmmədov",
            "first_name": "Əli",
            "father_name": "Vüqar oğlu",
            "fin": "5XK2B7Q",
            "dob": "1979-03-01",
            "mobile": "+994501234567",
        },
        "deadline": "13/09/2021 18:00",
        "notify_url": CALLBACK,
    }


def test_nasimi(nasimi: RestMapping) -> None:
    assert request_body(nasimi, content(*ALL), KEY) == {
        "nomre": KEY,
        "xidmet": "disability-assessment",
        "vetendas": {
            "soyad": "Məmmədov",
            "ad": "Əli",
            "ata_adi": "Vüqar oğlu",
            "unvan": "Bakı, Nəsimi",
            "telefon": "+994501234567",
        },
        "son_tarix": 1_631_541_600_000,
        "bildiris_url": CALLBACK,
    }


PERSONS: dict[str, object] = {
    "mod": {
        "adSoyad": {"soyad": "Məmmədov", "ad": "Əli", "ataAdi": "Vüqar oğlu"},
        "fin": "5XK2B7Q",
        "dogumTarixi": "01.03.1979",
        "elaqe": "+994501234567",
        "kateqoriya": "war_disabled",
    },
    "ssmc": {
        "names": {"last": "Məmmədov", "first": "Əli", "middle": "Vüqar oğlu"},
        "pin": "5XK2B7Q",
        "born": "19790301",
        "mobile": "+994501234567",
    },
    "samhi": {
        "last-name": "Məmmədov",
        "first-name": "Əli",
        "fathers-name": "Vüqar oğlu",
        "fin": "5XK2B7Q",
        "birth-date": "1979-03-01",
        "phone": "+994501234567",
    },
    "sicc": {
        "Surname": "Məmmədov",
        "GivenName": "Əli",
        "Patronymic": "Vüqar oğlu",
        "Fin": "5XK2B7Q",
        "DateOfBirth": "01/03/1979",
        "Phone": "+994501234567",
    },
}
SERVICE = "disability-assessment"


@pytest.mark.parametrize(
    ("agency", "body"),
    [
        (
            "mod",
            {
                "sorgu": {
                    "xariciNomre": KEY,
                    "xidmetKodu": SERVICE,
                    "sonTarix": "13.09.2021 18:00",
                    "bildirisUnvani": CALLBACK,
                },
                "qulluqcu": PERSONS["mod"],
            },
        ),
        (
            "ssmc",
            {
                "data": {
                    "request_id": KEY,
                    "service": SERVICE,
                    "deadline": 1_631_541_600,
                    "callback": CALLBACK,
                    "person": PERSONS["ssmc"],
                }
            },
        ),
        (
            "samhi",
            {
                "source-no": KEY,
                "direction": SERVICE,
                "insured": PERSONS["samhi"],
                "answer-by": "2021-09-13",
                "report-to": CALLBACK,
            },
        ),
        (
            "sicc",
            {
                "PartnerReference": KEY,
                "Product": SERVICE,
                "Insured": PERSONS["sicc"],
                "DueOn": "20210913",
                "NotifyAt": CALLBACK,
            },
        ),
    ],
)
def test_the_other_central_agencies(agency: str, body: dict[str, object]) -> None:
    assert request_body(mapping_of(agency), content(*ALL), KEY) == body


def test_what_is_not_disclosed_is_not_sent(moh: RestMapping) -> None:
    body = request_body(moh, content("applicant.surname", "details.diagnosis"), KEY)
    assert body["patient"] == {"last_name": "Məmmədov"}
    assert "5XK2B7Q" not in str(body)


def test_disclosure_opens_just_the_named_fields() -> None:
    assert disclose([APPEAL], ("applicant.fin", "details.diagnosis", "representative.name", "no.such")) == {
        "applicant": {"fin": "5XK2B7Q"},
        "details": {"diagnosis": "F43"},
    }


def test_a_later_appeal_fills_what_the_first_left_out() -> None:
    bare = APPEAL.model_copy(update={"applicant": AppealContent.Person(surname="Məmmədov", name="Ə.")})
    shown = disclose([bare, APPEAL], ("applicant.name", "applicant.fin"))
    assert shown == {"applicant": {"name": "Ə.", "fin": "5XK2B7Q"}}


def test_a_birth_date_that_is_none_is_named_and_not_shown(mlspp: RestMapping) -> None:
    odd = AppealContent(applicant=PERSON.model_copy(update={"birth_date": "in spring"}), category="wounded")
    wrong = AssignmentContent(
        "s", datetime(2021, 9, 13, tzinfo=UTC), CALLBACK, disclose([odd], ("applicant",))
    )
    with pytest.raises(PermanentError, match=r"applicant\.birth_date") as refused:
        request_body(mlspp, wrong, KEY)
    assert "spring" not in str(refused.value)


def test_references_of_all_shapes(mlspp: RestMapping, moh: RestMapping, nasimi: RestMapping) -> None:
    task = {"taskId": "MLSPP-2021-000123", "state": "NEW", "sequence": 1}
    assert read_taken(mlspp, task, mlspp.submit.answer) == ("MLSPP-2021-000123", "NEW")
    uuid = "0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11"
    referral = {"referral": {"id": uuid, "ext_no": KEY, "status": 20}}
    assert read_taken(moh, referral, moh.submit.answer) == (uuid, "20")
    assert read_taken(nasimi, {"qeydiyyat": 10234}, nasimi.submit.answer) == ("10234", None)


@pytest.mark.parametrize(
    "answer", [None, [], "ok", 7, {}, {"taskId": None}, {"taskId": "x"}, {"taskId": "MLSPP-2021-000123\n"}]
)
def test_an_answer_without_a_reference_of_the_agreed_shape(mlspp: RestMapping, answer: object) -> None:
    with pytest.raises(PermanentError) as refused:
        read_taken(mlspp, answer, mlspp.submit.answer)
    assert refused.value.code == "agency_answer_unreadable"


@pytest.mark.parametrize(
    ("code", "expected"), [(None, "20"), ("20", "20"), ("40", "20"), ("10", None), ("99", None)]
)
def test_acceptance_by_moh_acknowledges(moh: RestMapping, code: str | None, expected: str | None) -> None:
    assert acknowledges(moh, code) == expected


def test_acceptance_does_not_acknowledge_where_that_was_not_agreed(nasimi: RestMapping) -> None:
    assert acknowledges(nasimi, "qebul_edildi") is None


def test_what_was_objected_stands_before_the_appeal_for_who_may_see_its_words() -> None:
    bare = APPEAL.model_copy(update={"text": None})
    assert disclose([APPEAL], ("text",), "Etiraz edirəm.") == {"text": f"Etiraz edirəm.\n\n{APPEAL.text}"}
    assert disclose([bare], ("text",), "Etiraz edirəm.") == {"text": "Etiraz edirəm."}
    assert "text" not in disclose([APPEAL], ("applicant.name",), "Etiraz edirəm.")
