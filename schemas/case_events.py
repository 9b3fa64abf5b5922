"""What happened to a case: the entries of the ledger, as published on `vahid.case-events.v1`.

The `type` of each payload is its CloudEvents type. A payload states what happened, never what should be done.
"""

from typing import Annotated

from pydantic import Field

from schemas.actors import Actor
from schemas.case_lifecycle_events import LifecycleEvent
from schemas.deadline_events import DeadlineEvent
from schemas.envelope import CloudEvent
from schemas.frozen import CaseId, Frozen, Instant, Whole
from schemas.hand_over_events import HandOverEvent
from schemas.step_events import StepEvent

EventPayload = Annotated[
    LifecycleEvent | StepEvent | DeadlineEvent | HandOverEvent,
    Field(discriminator="type"),
]


def event_type(payload: type[Frozen]) -> str:
    """The CloudEvents type of the events with such a payload."""
    return str(payload.model_fields["type"].default)


def event_name(cloudevents_type: str) -> str:
    """A CloudEvents type of ours without its prefix and version: `case.opened`."""
    return cloudevents_type.removeprefix("az.vahid.").removesuffix(".v1")


class CaseEvent(Frozen):
    """One entry of a case's history, not yet chained. `cause` is the id of the command behind it.

    The first entry of a cause has `cause_digest`, a digest of what the command says; old entries have none.
    """

    case_id: CaseId
    seq: Whole = Field(ge=1)
    recorded_at: Instant
    cause: str
    cause_digest: str | None = None
    actor: Actor
    traceparent: str | None = None
    payload: EventPayload


class RecordedEvent(CaseEvent):
    """An entry as it stands in the ledger: `hash` covers everything else, `prev_hash` included.

    Hash: SHA-256 (hex) over the canonical JSON (RFC 8785) of the event without `hash`.
    """

    prev_hash: str
    hash: str


CaseEventMessage = CloudEvent[RecordedEvent]
