"""What an agency is told about an assignment later, in its own words; and mappings that cannot say it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kit.errors import PermanentError
from schemas.appeals import AttachmentContent
from services.agency_adapter.connectors.base import MessageContent, MessageKind
from services.agency_adapter.mapping import check_mapping
from services.agency_adapter.message_dispatch import added, new_note, recalled
from services.agency_adapter.translation import message_body
from tests.packaged import packaged
from tests.unit.agency_adapter.conftest import mapping_of
from workflows.case.contracts import AgencyMessage

CASE = "0a0b0c0d-0000-4000-8000-000000000001"
AT = datetime(2021, 8, 27, 13, 42, 30, tzinfo=UTC)
KEY, ID, TEXT = f"{CASE}/t1.examine/1", f"{CASE}/recall/t1.examine/1", "Arayış əlavə olunur."


def said(agency: str, kind: MessageKind) -> dict[str, object]:
    mapping = mapping_of(agency)
    telling = mapping.messages.recall if kind == "recall" else mapping.messages.information
    assert telling is not None
    content = MessageContent(kind, KEY, "10234", AT, TEXT if kind == "information" else None)
    return message_body(mapping, telling, content, ID)


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
        ("nasimi-executive", {"nomre": KEY, "mesaj": ID, "tarix": 1_630_071_750_000}),
    ],
)
def test_a_recall(agency: str, body: dict[str, object]) -> None:
    assert said(agency, "recall") == body


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
        ("nasimi-executive", {"nomre": KEY, "mesaj": ID, "metn": TEXT}),
    ],
)
def test_information(agency: str, body: dict[str, object]) -> None:
    assert said(agency, "information") == body


def test_what_is_written_down_has_the_case_in_its_id() -> None:
    message = AgencyMessage(
        case_id=CASE,
        message="recall/t1.examine/1",
        kind="recall",
        step="t1.examine",
        attempt=1,
        agency_id="moh",
    )
    assert new_note(message, AT).key == ID
    assert (recalled(message, AT).key, recalled(message, AT).recalled_at) == (KEY, AT)


def test_the_text_is_in_no_representation() -> None:
    assert TEXT not in repr(MessageContent("information", KEY, "10234", AT, TEXT))


RECALL: dict[str, Any] = {"path": "/x/{reference}", "body": {"no": "message"}}
INFORMATION: dict[str, Any] = {"path": "/y/{reference}", "body": {"no": "message", "text": "text"}}


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ({"recall": {"path": "/x/{reference}"}}, "the message's id travels nowhere"),
        ({"recall": {"path": "/x", "id_header": "X-No"}}, "which assignment is meant"),
        ({"recall": {**RECALL, "told": [200], "ended": [200]}}, "one thing only"),
        ({"recall": {**RECALL, "told": []}}, "at least 1 item"),
        ({"recall": {**RECALL, "told": [500]}}, "less than or equal to 499"),
        ({"recall": {**RECALL, "body": {"no": "message", "text": "text"}}}, "a recall has no `text`"),
        ({"information": RECALL}, "must send `text`"),
        (
            {"information": {**INFORMATION, "body": {"no": "message", "who": "applicant.name"}}},
            "no such field",
        ),
        ({"recall": {**RECALL, "body": {"on": {"from": "due_at", "as": "iso"}}}}, "no such field"),
        ({"reminder": RECALL}, "Extra inputs"),
    ],
)
def test_a_mapping_that_cannot_tell_is_refused(messages: dict[str, Any], fault: str) -> None:
    with pytest.raises(PermanentError, match=fault):
        check_mapping("moh", {**(packaged().agency("moh").connector or {}), "messages": messages})


def test_an_agency_may_have_no_place_for_messages() -> None:
    document = dict(packaged().agency("moh").connector or {})
    del document["messages"]
    mapping = check_mapping("moh", document)
    assert (mapping.messages.recall, mapping.messages.information) == (None, None)


def test_of_a_document_an_agency_hears_which_it_is_if_its_passport_asks_for_it() -> None:
    words = packaged().vocabularies
    scan = AttachmentContent(document="identity_card", media_type="image/png", size=9).model_dump_json()
    assert added(scan, ("identity_card",), words) == "Müraciətə sənəd əlavə edilib: Şəxsiyyət vəsiqəsi."
    assert added(scan, ("medical_record",), words) is None
    with pytest.raises(PermanentError, match="attachment"):
        added("{}", ("identity_card",), words)
