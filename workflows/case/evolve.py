"""What an event makes of a case. Total and tiny: the same function folds the ledger everywhere."""

from collections.abc import Iterable

from schemas.agency_statuses import AssignmentStatus
from schemas.case_events import (
    AppealJoined,
    AppealPlaced,
    Body,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CommandRefused,
    DeadlineEscalated,
    DeadlineReminded,
    RecordedEvent,
    StepAcknowledged,
    StepCancelled,
    StepDelivered,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRefused,
    StepUndelivered,
    TrackAnswered,
    TrackOpened,
)
from workflows.case.commands import CommandOutcome
from workflows.case.state import CaseState, StepState, TrackState

_ACCEPTED = CommandOutcome(accepted=True)

_STATUS_AFTER = {
    StepAcknowledged: "acknowledged",
    StepProgressed: "in_progress",
    StepInformationRequested: "information_requested",
    StepFulfilled: "fulfilled",
    StepRefused: "refused",
}


def order_of(status: AssignmentStatus) -> tuple[int, str, str]:
    """How statuses of one body are ordered: its own sequence, else when it says they happened, else by id."""
    stated = status.occurred_at.isoformat()
    if status.body_sequence is not None:
        return status.body_sequence, stated, status.status_id
    return int(status.occurred_at.timestamp() * 1000), stated, status.status_id


def fold(state: CaseState, events: Iterable[RecordedEvent]) -> CaseState:
    """The state after `events`, which follow on `state`."""
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: CaseState, event: RecordedEvent) -> CaseState:
    """The state after one recorded event; its cause is from now on a command that was answered."""
    after = apply(state, event.body)
    outcome = _ACCEPTED
    if isinstance(event.body, CommandRefused):
        outcome = CommandOutcome(accepted=False, code=event.body.code, allowed=event.body.allowed)
    seen = after.seen if event.cause in after.seen else {**after.seen, event.cause: outcome}
    update = {"seq": event.seq, "head": event.hash, "seen": seen}
    if after.traceparent is None:
        update["traceparent"] = event.traceparent
    return after.model_copy(update=update)


def apply(state: CaseState, body: Body) -> CaseState:
    """What the body alone changes. An event that changes no state leaves it as it is."""
    match body:
        case CaseOpened():
            return state.model_copy(
                update={
                    "status": "open",
                    "opening": body.opening,
                    "appeals": (*state.appeals, body.appeal),
                    "clock": body.clock,
                }
            )
        case CaseReopened():
            return state.model_copy(
                update={
                    "status": "open",
                    "opening": body.opening,
                    "outcome": None,
                    "in_time": None,
                    "clock": body.clock,
                }
            )
        case AppealJoined():
            return state.model_copy(update={"appeals": (*state.appeals, body.appeal)})
        case TrackOpened():
            return _open_track(state, body)
        case AppealPlaced():
            return _place(state, body)
        case TrackAnswered():
            return _track(state, body.track, outcome=body.outcome)
        case CaseAnswered():
            return state.model_copy(
                update={"status": "answered", "outcome": body.outcome, "in_time": body.in_time}
            )
        case DeadlineReminded() | DeadlineEscalated():
            return _climb(state, body)
        case _:
            return _apply_to_step(state, body)


def _apply_to_step(state: CaseState, body: Body) -> CaseState:
    match body:
        case StepDispatched():
            return _dispatch(state, body)
        case StepDelivered():
            return _step(state, body.step, reference=body.reference)
        case StepUndelivered():
            return _step(state, body.step, group=body.group + 1)
        case StepAcknowledged() | StepProgressed() | StepInformationRequested():
            order = order_of(body.status)
            return _step(state, body.step, status=_STATUS_AFTER[type(body)], last_order=order)
        case StepFulfilled() | StepRefused():
            ended = {"ended_by": body.status, "in_time": body.in_time}
            return _step(state, body.step, status=_STATUS_AFTER[type(body)], **ended)
        case StepForwarded():
            return _step(state, body.step, status="forwarded", agency_id=body.to_agency, hop=body.hop)
        case StepReassigned():
            return _step(state, body.step, status="waiting", agency_id=body.to_agency)
        case StepCancelled():
            return _step(state, body.step, status="cancelled")
        case _:
            return state


def _open_track(state: CaseState, body: TrackOpened) -> CaseState:
    track = TrackState(
        key=body.track,
        service=body.service,
        lead_agency=body.lead_agency,
        passport=body.passport,
        opening=state.opening,
    )
    steps = tuple(
        StepState(key=step.key, track=body.track, code=step.code, agency_id=step.agency_id, after=step.after)
        for step in body.steps
    )
    return state.model_copy(update={"tracks": (*state.tracks, track), "steps": (*state.steps, *steps)})


def _place(state: CaseState, body: AppealPlaced) -> CaseState:
    placed = _step(state, body.step, status="fulfilled")
    step = placed.step(body.step)
    return placed if step is None else _track(placed, step.track, placed=True)


def _dispatch(state: CaseState, body: StepDispatched) -> CaseState:
    return _step(
        state,
        body.step,
        status="dispatched",
        attempt=body.attempt,
        agency_id=body.agency_id,
        clocks=body.clocks,
        reference=None,
        group=1,
        last_order=None,
    )


def _climb(state: CaseState, body: DeadlineReminded | DeadlineEscalated) -> CaseState:
    step = state.step(body.subject)
    if step is None:
        return state.model_copy(update={"fired": (*state.fired, body.clock)})
    return _step(state, step.key, fired=(*step.fired, body.clock))


def _step(state: CaseState, key: str, **update: object) -> CaseState:
    steps = tuple(step.model_copy(update=update) if step.key == key else step for step in state.steps)
    return state.model_copy(update={"steps": steps})


def _track(state: CaseState, key: str, **update: object) -> CaseState:
    tracks = tuple(track.model_copy(update=update) if track.key == key else track for track in state.tracks)
    return state.model_copy(update={"tracks": tracks})
