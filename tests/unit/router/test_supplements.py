"""The topic of appeals has two kinds of message, each with its handler; a document opens no case."""

from typing import Any

import pytest

from kit.errors import PermanentError
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.router.commands import add_attachment, sound_supplement
from services.router.handlers import AppealTopicHandler
from tests.builders import MONDAY, appeal, attachment

Either = CloudEvent[AppealReceived | AppealSupplemented]

APPEAL = appeal(1, "a")
ADDED = attachment(1, "scan", MONDAY)


def message(type_: str, data: AppealReceived | AppealSupplemented, subject: str = APPEAL.case_id) -> Any:
    event = Either(id="1", source="intake", type=type_, subject=subject, time=MONDAY, data=data)
    return Either.model_validate_json(event.encode())


class Recorder:
    """Records the messages that one handler gets."""

    def __init__(self) -> None:
        self.data: list[Any] = []

    async def __call__(self, event: CloudEvent[Any]) -> None:
        self.data.append(event.data)


async def test_each_message_is_read_as_what_it_is() -> None:
    appeals: Any = Recorder()
    attachments: Any = Recorder()
    origin: Any = Recorder()
    origin.require = origin
    take = AppealTopicHandler(origin, appeals, attachments)
    await take(message(APPEAL_RECEIVED, APPEAL))
    await take(message(APPEAL_SUPPLEMENTED, ADDED))
    assert (appeals.data, attachments.data) == ([APPEAL], [ADDED])


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (message(APPEAL_RECEIVED, ADDED), "wrong_type"),
        (message(APPEAL_SUPPLEMENTED, ADDED, subject=appeal(3).case_id), "subject_mismatch"),
    ],
)
def test_an_envelope_must_say_what_its_content_says(sent: Any, code: str) -> None:
    with pytest.raises(PermanentError) as refused:
        sound_supplement(sent)
    assert refused.value.code == code


def test_every_try_hands_a_document_to_its_case_under_one_id() -> None:
    command = add_attachment(ADDED, "00-a-b-01")
    assert (command.id, command.actor.kind) == (f"attachment/{ADDED.attachment_id}", "channel")
    assert (command.attachment, command.received_at) == (ADDED, MONDAY)
