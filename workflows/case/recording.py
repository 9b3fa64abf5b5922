"""What goes to the ledger in one turn of a case, and what comes back. Plain values."""

from schemas.case_events import RecordedEvent
from schemas.frozen import CaseId, Frozen
from workflows.case.state import CaseState

RECORD_ACTIVITY = "record"


class RecordInput(Frozen):
    """A turn to be recorded: `proposed` follow on `before` and make `after` of it. Nothing proposed: read."""

    case_id: CaseId
    before: CaseState
    after: CaseState
    proposed: tuple[RecordedEvent, ...] = ()


class RecordResult(Frozen):
    """The events that stand in the ledger after `before`; `adopted` when others than the proposed ones."""

    events: tuple[RecordedEvent, ...]
    adopted: bool
