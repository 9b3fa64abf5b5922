"""The two kinds of message on the topic of appeals are told apart, and a document opens no case."""

from typing import Any

import pytest

from kit.errors import PermanentError
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.router.handlers import AppealTopicHandler
from tests.builders import MONDAY, appeal

Either = CloudEvent[AppealReceived | AppealSupplemented]

APPEAL = appeal(1, "a")
ADDED = AppealSupplemented(
    attachment_id=appeal(2).appeal_id,
    appeal_id=APPEAL.appeal_id,
    case_id=APPEAL.case_id,
    tracking_number=APPEAL.tracking_number,
    channel="online",
    received_at=MONDAY,
    address="a" * 64,
    sealed_size=100,
    receipt_digest="0" * 64,
    sealed="sealed",
)


def message(type_: str, data: AppealReceived | AppealSupplemented, subject: str = APPEAL.case_id) -> bytes:
    event = Either(id="1", source="intake", type=type_, subject=subject, time=MONDAY, data=data)
    return event.encode()


class Heard:
    """Stands where the handler of appeals stands."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    async def __call__(self, event: CloudEvent[AppealReceived]) -> None:
        self.events.append(event)


async def test_each_message_is_read_as_what_it_is() -> None:
    appeals: Any = Heard()
    take = AppealTopicHandler(appeals)
    await take(Either.model_validate_json(message(APPEAL_RECEIVED, APPEAL)))
    await take(Either.model_validate_json(message(APPEAL_SUPPLEMENTED, ADDED)))
    assert [event.data for event in appeals.events] == [APPEAL]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (message(APPEAL_RECEIVED, ADDED), "wrong_type"),
        (message(APPEAL_SUPPLEMENTED, ADDED, subject=appeal(3).case_id), "subject_mismatch"),
    ],
)
async def test_an_envelope_must_say_what_its_content_says(sent: bytes, code: str) -> None:
    appeals: Any = Heard()
    with pytest.raises(PermanentError) as refused:
        await AppealTopicHandler(appeals)(Either.model_validate_json(sent))
    assert refused.value.code == code and appeals.events == []
