"""What intake publishes of each appeal and attachment that it accepts."""

from typing import TypeVar

from kit.outbox.table import OutboxMessage
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from schemas.topics import APPEALS

SOURCE = "urn:vahid:intake"

Data = TypeVar("Data", AppealReceived, AppealSupplemented)


def message(
    event: type[CloudEvent[Data]], event_type: str, event_id: str, data: Data, traceparent: str, receipt: str
) -> OutboxMessage:
    """The message for `vahid.appeals.v1`, keyed by the case, with the receipt that proves it."""
    published = event(
        id=event_id,
        source=SOURCE,
        type=event_type,
        subject=data.case_id,
        time=data.received_at,
        correlationid=data.tracking_number,
        traceparent=traceparent,
        receipt=receipt,
        data=data,
    )
    return OutboxMessage(topic=APPEALS, key=data.case_id, value=published.encode())
