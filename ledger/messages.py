"""How an entry of the ledger travels: as a CloudEvent on `vahid.case-events.v1`, keyed by the case. Pure."""

import json
import uuid

from kit.outbox.table import OutboxMessage
from schemas.case_events import RecordedEvent
from schemas.topics import CASE_EVENTS

SOURCE = "urn:vahid:ledger"
_NAMESPACE = uuid.UUID("6d0f6bde-4f1a-5c5b-9b0c-0f2f4f1a7c11")


def event_id(case_id: str, seq: int) -> str:
    """The id of an event: the same wherever it is computed."""
    return str(uuid.uuid5(_NAMESPACE, f"{case_id}/{seq}"))


def message(event: RecordedEvent, canonical: str) -> OutboxMessage:
    """The message for an entry; `data` is the entry as it is stored, so that its hash can be checked."""
    envelope = {
        "specversion": "1.0",
        "id": event_id(event.case_id, event.seq),
        "source": SOURCE,
        "type": event.payload.type,
        "subject": event.case_id,
        "time": event.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "correlationid": event.case_id,
        "causationid": event.cause,
        "sequence": f"{event.seq:010d}",
    }
    if event.traceparent:
        envelope["traceparent"] = event.traceparent
    head = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    return OutboxMessage(CASE_EVENTS, event.case_id, f'{head[:-1]},"data":{canonical}}}'.encode())
