"""The rows that show a case: derived from its folded state, and from nothing else. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from workflows.case.clocks import due_of
from workflows.case.state import CaseState, StepState, TrackState

_PLACED = "placed"
"""What the read model shows as the outcome of a triage track whose appeal was placed."""

_HANDED_OVER = "handed_over"
"""What it shows as the outcome of a track that another case took over."""


def case_row(state: CaseState, closed_at: datetime | None) -> dict[str, Any]:
    """The row of `ledger.cases`; `closed_at` is the business time of the batch that closed the case."""
    return {
        "case_id": state.case_id,
        "seq": state.seq,
        "head": state.head,
        "status": state.status,
        "outcome": state.outcome,
        "opening": state.opening,
        "due_at": state.clock.due_at if state.clock else None,
        "opened_at": state.appeals[0].received_at,
        "closed_at": closed_at if state.ended else None,
        "in_time": state.in_time,
        "traceparent": state.traceparent,
        "state": state.model_dump(mode="json", exclude_none=True),
    }


def track_rows(state: CaseState, keys: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The rows of `ledger.tracks` of these tracks; of all by default."""
    return [_track_row(state, track) for track in state.tracks if keys is None or track.key in keys]


def step_rows(state: CaseState, keys: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The rows of `ledger.steps` of these steps; of all by default."""
    return [_step_row(state, step) for step in state.steps if keys is None or step.key in keys]


def _track_row(state: CaseState, track: TrackState) -> dict[str, Any]:
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


def _step_row(state: CaseState, step: StepState) -> dict[str, Any]:
    return {
        "case_id": state.case_id,
        "step": step.key,
        "agency_id": step.agency_id,
        "status": step.status,
        "attempt": step.attempt,
        "reference": step.reference,
        "dispatched_at": step.clocks[0].started_at if step.clocks else None,
        "due_at": None if any(clock.suspended for clock in step.clocks) else due_of(step),
        "ended_at": step.ended_by.received_at if step.ended_by else None,
    }
