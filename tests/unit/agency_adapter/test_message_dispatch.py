"""What is written before a message is sent, and what an agency learns of an attachment."""

from datetime import UTC, datetime

import pytest

from kit.errors import PermanentError
from schemas.appeals import AttachmentContent
from services.agency_adapter.message_dispatch import attachment_text, new_message, recalled_assignment
from tests.packaged import packaged
from workflows.case.contracts import AgencyMessage

CASE = "0a0b0c0d-0000-4000-8000-000000000001"
AT = datetime(2021, 8, 27, 13, 42, 30, tzinfo=UTC)
KEY, ID = f"{CASE}/t1.examine/1", f"{CASE}/recall/t1.examine/1"


def test_the_written_row_has_the_case_in_its_key() -> None:
    message = AgencyMessage(
        case_id=CASE,
        message="recall/t1.examine/1",
        kind="recall",
        step="t1.examine",
        attempt=1,
        agency_id="moh",
    )
    assert new_message(message, AT).key == ID
    assert (recalled_assignment(message, AT).key, recalled_assignment(message, AT).recalled_at) == (KEY, AT)


def test_an_agency_learns_which_document_was_added_if_its_passport_asks_for_it() -> None:
    words = packaged().vocabularies
    scan = AttachmentContent(document="identity_card", media_type="image/png", size=9).model_dump_json()
    assert (
        attachment_text(scan, ("identity_card",), words)
        == "Müraciətə sənəd əlavə edilib: Şəxsiyyət vəsiqəsi."
    )
    assert attachment_text(scan, ("medical_record",), words) is None
    with pytest.raises(PermanentError, match="attachment"):
        attachment_text("{}", ("identity_card",), words)
