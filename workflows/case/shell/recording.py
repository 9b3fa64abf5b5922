"""What a batch of a case sends to the ledger, and what comes back. Plain values."""

from typing import Any

from schemas.case_events import RecordedEvent
from schemas.frozen import CaseId, Frozen
from workflows.case.state import CaseState

RECORD_ACTIVITY = "record"


class RecordInput(Frozen):
    """A batch to be recorded: `proposed` follow on entry `seq` with hash `head`, and make `after`.

    With nothing proposed the ledger is only read. `tracks` and `steps` are the keys of those that the batch
    changed, `gone` of the steps that a migrated track has no more. The state before the batch is left out: it
    would double the size.
    """

    case_id: CaseId
    seq: int
    head: str
    after: CaseState
    tracks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    proposed: tuple[RecordedEvent, ...] = ()


def record_input(before: CaseState, after: CaseState, proposed: tuple[RecordedEvent, ...]) -> RecordInput:
    """The batch in which `proposed` make `after` of `before`."""
    return RecordInput.model_construct(
        case_id=before.case_id,
        seq=before.seq,
        head=before.head,
        after=after,
        tracks=tuple(track.key for track in after.tracks if track != before.track(track.key)),
        steps=tuple(step.key for step in after.steps if step != before.step(step.key)),
        gone=tuple(step.key for step in before.steps if after.step(step.key) is None),
        proposed=proposed,
    )


class RecordResult(Frozen):
    """The events that stand in the ledger after the batch's `seq`; `adopted` when not the proposed ones.

    `events` are JSON, without absent fields: `standing` reads them where that is needed.
    """

    events: tuple[dict[str, Any], ...]
    adopted: bool


def result_of(events: tuple[RecordedEvent, ...], adopted: bool) -> RecordResult:
    """What the activity returns."""
    stand = tuple(event.model_dump(mode="json", exclude_none=True) for event in events)
    return RecordResult.model_construct(events=stand, adopted=adopted)


def standing(result: RecordResult, proposed: tuple[RecordedEvent, ...]) -> tuple[RecordedEvent, ...]:
    """The events of `result`: the proposed ones themselves where their hashes say that they stand there."""
    if [event["hash"] for event in result.events] == [event.hash for event in proposed]:
        return proposed
    return tuple(RecordedEvent.model_validate(event) for event in result.events)
