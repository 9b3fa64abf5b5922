"""Request bodies in the format of each agency: what is disclosed and nothing else."""

from datetime import UTC, datetime

import pytest

from kit.errors import PermanentError
from schemas.appeals import AppealContent
from services.agency_adapter.connectors.connector import AssignmentContent, MessageContent, MessageKind
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.request_body import assignment_body, message_body
from services.agency_adapter.disclosure import disclose
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
    assert assignment_body(mlspp, content(*ALL), KEY) == {
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
    assert assignment_body(moh, content(*ALL), KEY) == {
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
    assert assignment_body(nasimi, content(*ALL), KEY) == {
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
    assert assignment_body(mapping_of(agency), content(*ALL), KEY) == body


def test_what_is_not_disclosed_is_not_sent(moh: RestMapping) -> None:
    body = assignment_body(moh, content("applicant.surname", "details.diagnosis"), KEY)
    assert body["patient"] == {"last_name": "Məmmədov"}
    assert "5XK2B7Q" not in str(body)


def test_a_birth_date_that_is_none_is_named_and_not_shown(mlspp: RestMapping) -> None:
    odd = AppealContent(applicant=PERSON.model_copy(update={"birth_date": "in spring"}), category="wounded")
    wrong = AssignmentContent(
        "s", datetime(2021, 9, 13, tzinfo=UTC), CALLBACK, disclose([odd], ("applicant",))
    )
    with pytest.raises(PermanentError, match=r"applicant\.birth_date") as refused:
        assignment_body(mlspp, wrong, KEY)
    assert "spring" not in str(refused.value)


CASE = "0a0b0c0d-0000-4000-8000-000000000001"
AT = datetime(2021, 8, 27, 13, 42, 30, tzinfo=UTC)
MESSAGE_KEY, ID, TEXT = f"{CASE}/t1.examine/1", f"{CASE}/recall/t1.examine/1", "Arayış əlavə olunur."


def body_of(agency: str, kind: MessageKind) -> dict[str, object]:
    mapping = mapping_of(agency)
    request = mapping.messages.recall if kind == "recall" else mapping.messages.information
    assert request is not None
    content = MessageContent(kind, MESSAGE_KEY, "10234", AT, TEXT if kind == "information" else None)
    return message_body(mapping, request, content, ID)


@pytest.mark.parametrize(
    ("agency", "body"),
    [
        ("mlspp", {"cancelledAt": "2021-08-27T17:42:30+04:00"}),
        (
            "mod",
            {
                "bildiris": {"nomre": ID, "nov": "GERI", "tarix": "27.08.2021 17:42:30"},
                "sorgu": {"nomre": "10234"},
            },
        ),
        ("moh", {}),
        ("ssmc", {"data": {"type": 1, "sent": 1_630_071_750}}),
        ("samhi", {"message-no": ID, "when": "2021-08-27T17:42:30"}),
        ("sicc", {"MessageReference": ID, "WithdrawnOn": "20210827"}),
        ("nasimi-executive", {"nomre": MESSAGE_KEY, "mesaj": ID, "tarix": 1_630_071_750_000}),
    ],
)
def test_a_recall(agency: str, body: dict[str, object]) -> None:
    assert body_of(agency, "recall") == body


@pytest.mark.parametrize(
    ("agency", "body"),
    [
        ("mlspp", {"text": TEXT, "providedAt": "2021-08-27T17:42:30+04:00"}),
        (
            "mod",
            {
                "bildiris": {"nomre": ID, "nov": "MELUMAT", "tarix": "27.08.2021 17:42:30"},
                "sorgu": {"nomre": "10234"},
                "metn": TEXT,
            },
        ),
        ("moh", {"ext_msg": ID, "content": TEXT}),
        ("ssmc", {"data": {"type": 2, "sent": 1_630_071_750, "text": TEXT}}),
        ("samhi", {"message-no": ID, "content": TEXT}),
        ("sicc", {"MessageReference": ID, "GivenAt": "20210827174230", "Text": TEXT}),
        ("nasimi-executive", {"nomre": MESSAGE_KEY, "mesaj": ID, "metn": TEXT}),
    ],
)
def test_information(agency: str, body: dict[str, object]) -> None:
    assert body_of(agency, "information") == body


def test_the_text_of_a_message_is_in_no_representation() -> None:
    assert TEXT not in repr(MessageContent("information", MESSAGE_KEY, "10234", AT, TEXT))
