"""What an event makes of a case. Total and tiny: the same function folds the ledger everywhere."""

from collections.abc import Iterable

from schemas.case_events import (
    AnswerRated,
    AppealJoined,
    AppealWithdrawn,
    AttachmentAdded,
    CaseAnswered,
    CaseHandedOver,
    CaseOpened,
    CaseReopened,
    ClockResumed,
    ClockRevised,
    ClockSuspended,
    CommandRefused,
    DeadlineEscalated,
    DeadlineReminded,
    EventPayload,
    ObjectionRaised,
    RecordedEvent,
    TaskRaised,
    TaskSettled,
    TermExtended,
    TrackAnswered,
    TrackMigrated,
    TrackOpened,
    TrackReopened,
    TracksDelivered,
    TracksHandedOver,
    TracksTakenOver,
)
from workflows.case.command import CommandOutcome
from workflows.case.evolve.hand_overs import apply_hand_over
from workflows.case.evolve.state_updates import replace_step, replace_track
from workflows.case.evolve.steps import apply_attachment, apply_to_step, order_of
from workflows.case.state import CaseState, StepState, TaskState, TrackState

_ACCEPTED = CommandOutcome(accepted=True)

CASE = "case"
"""The subject of the statutory term."""


def fold(state: CaseState, events: Iterable[RecordedEvent]) -> CaseState:
    """The state after `events`, which follow on `state`."""
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: CaseState, event: RecordedEvent) -> CaseState:
    """The state after one recorded event; its cause is from now on a command that was answered."""
    after = apply(state, event.payload)
    outcome = _ACCEPTED
    if isinstance(event.payload, CommandRefused):
        outcome = CommandOutcome(accepted=False, code=event.payload.code, allowed=event.payload.allowed)
    if isinstance(event.payload, TrackAnswered):
        after = replace_track(after, event.payload.track, answered_at=event.recorded_at)
    seen = after.seen if event.cause in after.seen else {**after.seen, event.cause: outcome}
    update = {"seq": event.seq, "head": event.hash, "seen": seen}
    if after.traceparent is None:
        update["traceparent"] = event.traceparent
    return after.model_copy(update=update)


def apply(state: CaseState, payload: EventPayload) -> CaseState:
    """What the payload alone changes. An event that changes no state leaves it as it is."""
    match payload:
        case CaseOpened():
            opened = {"status": "open", "opening": payload.opening, "clock": payload.clock}
            return state.model_copy(update={**opened, "appeals": (*state.appeals, payload.appeal)})
        case CaseReopened():
            return _reopen(state, payload)
        case AppealJoined():
            return state.model_copy(update={"appeals": (*state.appeals, payload.appeal)})
        case AttachmentAdded():
            return apply_attachment(state, payload)
        case CaseAnswered():
            return state.model_copy(
                update={"status": "answered", "outcome": payload.outcome, "in_time": payload.in_time}
            )
        case TracksHandedOver() | TracksDelivered() | TracksTakenOver() | CaseHandedOver():
            return apply_hand_over(state, payload)
        case TaskRaised() | TaskSettled():
            return _apply_to_task(state, payload)
        case DeadlineReminded() | DeadlineEscalated():
            return _reach(state, payload)
        case ClockSuspended() | ClockResumed() | ClockRevised() | TermExtended():
            return _read(state, payload)
        case TrackOpened() | TrackMigrated():
            return _plan_track(state, payload)
        case _:
            return _apply_to_track(state, payload)


def _apply_to_track(state: CaseState, payload: EventPayload) -> CaseState:
    match payload:
        case TrackAnswered():
            return replace_track(state, payload.track, outcome=payload.outcome)
        case TrackReopened():
            undone = {
                "outcome": None,
                "answered_at": None,
                "withdrawn": False,
                "objected": False,
                "score": None,
            }
            return replace_track(state, payload.track, opening=state.opening, **undone)
        case ObjectionRaised():
            return replace_track(state, payload.track, objected=True)
        case AnswerRated():
            return replace_track(state, payload.track, score=payload.score)
        case AppealWithdrawn():
            for track in payload.tracks:
                state = replace_track(state, track, withdrawn=True)
            return state
        case _:
            return apply_to_step(state, payload)


def _reopen(state: CaseState, payload: CaseReopened) -> CaseState:
    answer = {"outcome": None, "in_time": None}
    return state.model_copy(
        update={"status": "open", "opening": payload.opening, "clock": payload.clock, **answer}
    )


def _plan_track(state: CaseState, payload: TrackOpened | TrackMigrated) -> CaseState:
    steps = tuple(
        StepState(
            key=step.key, track=payload.track, code=step.code, agency_id=step.agency_id, after=step.after
        )
        for step in payload.steps
    )
    if isinstance(payload, TrackMigrated):
        begun = tuple(s for s in state.steps if s.track != payload.track or s.attempt or s.ended)
        known = {step.key for step in begun}
        steps = (*begun, *(step for step in steps if step.key not in known))
        return replace_track(
            state.model_copy(update={"steps": steps}), payload.track, passport=payload.passport
        )
    track = TrackState(
        key=payload.track,
        service=payload.service,
        lead_agency=payload.lead_agency,
        passport=payload.passport,
        opening=state.opening,
        purpose=payload.purpose,
        about=payload.about,
        sealed=payload.sealed,
    )
    return state.model_copy(update={"tracks": (*state.tracks, track), "steps": (*state.steps, *steps)})


def _apply_to_task(state: CaseState, payload: TaskRaised | TaskSettled) -> CaseState:
    if isinstance(payload, TaskRaised):
        task = TaskState(
            id=payload.task,
            kind=payload.kind,
            before=payload.before,
            subject=payload.subject,
            legal_basis=payload.legal_basis,
        )
        return state.model_copy(update={"tasks": (*state.tasks, task)})
    tasks = tuple(
        task.model_copy(update={"decision": payload.decision}) if task.id == payload.task else task
        for task in state.tasks
    )
    return state.model_copy(update={"tasks": tasks})


def _read(
    state: CaseState, payload: ClockSuspended | ClockResumed | ClockRevised | TermExtended
) -> CaseState:
    """The clock's new reading takes the place of the old one."""
    subject = CASE if isinstance(payload, TermExtended) else payload.subject
    step = state.step(subject)
    if step is None:
        return state.model_copy(update={"clock": payload.clock})
    clocks = tuple(payload.clock if clock.kind == payload.clock.kind else clock for clock in step.clocks)
    return replace_step(state, step.key, clocks=clocks)


def _reach(state: CaseState, payload: DeadlineReminded | DeadlineEscalated) -> CaseState:
    step = state.step(payload.subject)
    if step is None:
        return state.model_copy(update={"fired": (*state.fired, payload.clock)})
    return replace_step(state, step.key, fired=(*step.fired, payload.clock))


__all__ = ["CASE", "apply", "evolve", "fold", "order_of"]
