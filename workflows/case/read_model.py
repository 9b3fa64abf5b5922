"""The rows that show a case: derived from its folded state, and from nothing else. Pure."""

from collections.abc import Collection
from datetime import datetime

from typing_extensions import TypedDict

from schemas.clocks import ClockReading
from workflows.case.clocks import due_of
from workflows.case.state import CaseState, StepState, TrackState

_PLACED = "placed"
"""What the read model shows as the outcome of a triage track whose appeal was placed."""

_HANDED_OVER = "handed_over"
"""What it shows as the outcome of a track that another case took over."""


class OpenTask(TypedDict):
    """A task that a person must still decide, and before whom it lies."""

    id: str
    before: str


class CaseRow(TypedDict):
    """A row of `ledger.cases`: what lists and look-ups need. The whole state is folded from the ledger.

    `tracking_numbers` are those of its appeals, the first one first; `appeals_size` is how many characters
    their sealed contents have. `at_risk_at` is when the last reminder before `due_at` is given; `district` is
    that of the first appeal that names one. `suggestions` are the services that its appeals in triage may
    mean. `unsent`: it has something to send, so that its workflow runs also when it has ended.
    """

    case_id: str
    seq: int
    head: str
    status: str
    outcome: str | None
    opening: int
    due_at: datetime | None
    at_risk_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    in_time: bool | None
    traceparent: str | None
    district: str | None
    tracking_numbers: list[str]
    appeals_size: int
    open_tasks: list[OpenTask]
    suggestions: list[str]
    unsent: bool


class TrackRow(TypedDict):
    """A row of `ledger.tracks`."""

    case_id: str
    track: str
    service: str
    lead_agency: str
    outcome: str | None
    opening: int


class StepRow(TypedDict):
    """A row of `ledger.steps`. `due_at` is None while one of its clocks is suspended.

    `acknowledge_by` is until when its agency takes it on; None once it has.
    """

    case_id: str
    step: str
    agency_id: str
    status: str
    attempt: int
    reference: str | None
    dispatched_at: datetime | None
    due_at: datetime | None
    acknowledge_by: datetime | None
    ended_at: datetime | None


def case_row(state: CaseState, closed_at: datetime | None) -> CaseRow:
    """The row of `ledger.cases`; `closed_at` is the business time of the batch that closed the case."""
    return {
        "case_id": state.case_id,
        "seq": state.seq,
        "head": state.head,
        "status": state.status,
        "outcome": state.outcome,
        "opening": state.opening,
        "due_at": state.clock.due_at if state.clock else None,
        "at_risk_at": _at_risk_at(state.clock) if state.clock else None,
        "opened_at": state.appeals[0].received_at,
        "closed_at": closed_at if state.ended else None,
        "in_time": state.in_time,
        "traceparent": state.traceparent,
        "district": next((appeal.district for appeal in state.appeals if appeal.district), None),
        "tracking_numbers": [appeal.tracking_number for appeal in state.appeals],
        "appeals_size": state.appeals_size,
        "open_tasks": [
            {"id": task.id, "before": task.before} for task in state.tasks if task.decision is None
        ],
        "suggestions": [
            service for track in state.tracks if not track.closed for service in track.suggestions or ()
        ],
        "unsent": state.unsent,
    }


def _at_risk_at(clock: ClockReading) -> datetime | None:
    """When the last reminder before its end is given; None where the escalation policy has none."""
    return max((level.at for level in clock.levels if not level.escalation), default=None)


def _acknowledge_by(step: StepState) -> datetime | None:
    due = (clock.due_at for clock in step.clocks if clock.kind == "acknowledgement")
    return next(due, None) if step.status == "dispatched" else None


def track_rows(state: CaseState, keys: Collection[str] | None = None) -> list[TrackRow]:
    """The rows of `ledger.tracks` of these tracks; of all by default."""
    return [_track_row(state, track) for track in state.tracks if keys is None or track.key in keys]


def step_rows(state: CaseState, keys: Collection[str] | None = None) -> list[StepRow]:
    """The rows of `ledger.steps` of these steps; of all by default."""
    return [_step_row(state, step) for step in state.steps if keys is None or step.key in keys]


def _track_row(state: CaseState, track: TrackState) -> TrackRow:
    return {
        "case_id": state.case_id,
        "track": track.key,
        "service": track.service,
        "lead_agency": track.lead_agency,
        "outcome": _shown_outcome(track),
        "opening": track.opening,
    }


def _shown_outcome(track: TrackState) -> str | None:
    if track.handed_to is not None:
        return _HANDED_OVER
    return _PLACED if track.placed else track.outcome


def _step_row(state: CaseState, step: StepState) -> StepRow:
    return {
        "case_id": state.case_id,
        "step": step.key,
        "agency_id": step.agency_id,
        "status": step.status,
        "attempt": step.attempt,
        "reference": step.reference,
        "dispatched_at": step.clocks[0].started_at if step.clocks else None,
        "due_at": None if any(clock.suspended for clock in step.clocks) else due_of(step),
        "acknowledge_by": _acknowledge_by(step),
        "ended_at": step.ended_by.received_at if step.ended_by else None,
    }
