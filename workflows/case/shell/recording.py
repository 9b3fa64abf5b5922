"""What a batch of a case sends to the ledger, and what comes back. Plain values."""

from typing import Any

from schemas.case_events import RecordedEvent
from schemas.frozen import CaseId, Frozen
from workflows.case.read_model import CaseRow, StepRow, TrackRow, case_row, step_rows, track_rows
from workflows.case.state import CaseState

RECORD_ACTIVITY = "record"


class RecordInput(Frozen):
    """A batch to be recorded: `proposed` follow on entry `seq` with hash `head`.

    With nothing proposed the ledger is only read. `case` is the row that shows the case after the batch;
    `tracks` and `steps` are the rows of those that it changed, `gone` the keys of the steps that a migrated
    track has no more.
    """

    case_id: CaseId
    seq: int
    head: str
    case: CaseRow | None = None
    tracks: tuple[TrackRow, ...] = ()
    steps: tuple[StepRow, ...] = ()
    gone: tuple[str, ...] = ()
    proposed: tuple[RecordedEvent, ...] = ()


def record_input(before: CaseState, after: CaseState, proposed: tuple[RecordedEvent, ...]) -> RecordInput:
    """The batch in which `proposed` make `after` of `before`."""
    tracks = {track.key for track in after.tracks if track != before.track(track.key)}
    steps = {step.key for step in after.steps if step != before.step(step.key)}
    return RecordInput.model_construct(
        case_id=before.case_id,
        seq=before.seq,
        head=before.head,
        case=case_row(after, proposed[-1].recorded_at) if proposed else None,
        tracks=tuple(track_rows(after, tracks)),
        steps=tuple(step_rows(after, steps)),
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
