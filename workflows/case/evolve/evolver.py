"""What an event makes of a case. Total and tiny: the same function folds the ledger everywhere."""

from collections.abc import Iterable

from schemas.case_events import (
    AnswerRated,
    AppealJoined,
    AppealWithdrawn,
    AttachmentAdded,
    Body,
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
    after = apply(state, event.body)
    outcome = _ACCEPTED
    if isinstance(event.body, CommandRefused):
        outcome = CommandOutcome(accepted=False, code=event.body.code, allowed=event.body.allowed)
    if isinstance(event.body, TrackAnswered):
        after = replace_track(after, event.body.track, answered_at=event.recorded_at)
    seen = after.seen if event.cause in after.seen else {**after.seen, event.cause: outcome}
    update = {"seq": event.seq, "head": event.hash, "seen": seen}
    if after.traceparent is None:
        update["traceparent"] = event.traceparent
    return after.model_copy(update=update)


def apply(state: CaseState, body: Body) -> CaseState:
    """What the body alone changes. An event that changes no state leaves it as it is."""
    match body:
        case CaseOpened():
            opened = {"status": "open", "opening": body.opening, "clock": body.clock}
            return state.model_copy(update={**opened, "appeals": (*state.appeals, body.appeal)})
        case CaseReopened():
            return _reopen(state, body)
        case AppealJoined():
            return state.model_copy(update={"appeals": (*state.appeals, body.appeal)})
        case AttachmentAdded():
            return apply_attachment(state, body)
        case CaseAnswered():
            return state.model_copy(
                update={"status": "answered", "outcome": body.outcome, "in_time": body.in_time}
            )
        case TracksHandedOver() | TracksDelivered() | TracksTakenOver() | CaseHandedOver():
            return apply_hand_over(state, body)
        case TaskRaised() | TaskSettled():
            return _apply_to_task(state, body)
        case DeadlineReminded() | DeadlineEscalated():
            return _climb(state, body)
        case ClockSuspended() | ClockResumed() | ClockRevised() | TermExtended():
            return _read(state, body)
        case TrackOpened() | TrackMigrated():
            return _plan_track(state, body)
        case _:
            return _apply_to_track(state, body)


def _apply_to_track(state: CaseState, body: Body) -> CaseState:
    match body:
        case TrackAnswered():
            return replace_track(state, body.track, outcome=body.outcome)
        case TrackReopened():
            undone = {
                "outcome": None,
                "answered_at": None,
                "withdrawn": False,
                "objected": False,
                "score": None,
            }
            return replace_track(state, body.track, opening=state.opening, **undone)
        case ObjectionRaised():
            return replace_track(state, body.track, objected=True)
        case AnswerRated():
            return replace_track(state, body.track, score=body.score)
        case AppealWithdrawn():
            for track in body.tracks:
                state = replace_track(state, track, withdrawn=True)
            return state
        case _:
            return apply_to_step(state, body)


def _reopen(state: CaseState, body: CaseReopened) -> CaseState:
    answer = {"outcome": None, "in_time": None}
    return state.model_copy(update={"status": "open", "opening": body.opening, "clock": body.clock, **answer})


def _plan_track(state: CaseState, body: TrackOpened | TrackMigrated) -> CaseState:
    steps = tuple(
        StepState(key=step.key, track=body.track, code=step.code, agency_id=step.agency_id, after=step.after)
        for step in body.steps
    )
    if isinstance(body, TrackMigrated):
        begun = tuple(s for s in state.steps if s.track != body.track or s.attempt or s.ended)
        known = {step.key for step in begun}
        steps = (*begun, *(step for step in steps if step.key not in known))
        return replace_track(state.model_copy(update={"steps": steps}), body.track, passport=body.passport)
    track = TrackState(
        key=body.track,
        service=body.service,
        lead_agency=body.lead_agency,
        passport=body.passport,
        opening=state.opening,
        purpose=body.purpose,
        about=body.about,
        sealed=body.sealed,
    )
    return state.model_copy(update={"tracks": (*state.tracks, track), "steps": (*state.steps, *steps)})


def _apply_to_task(state: CaseState, body: TaskRaised | TaskSettled) -> CaseState:
    if isinstance(body, TaskRaised):
        task = TaskState(
            id=body.task,
            kind=body.kind,
            before=body.before,
            subject=body.subject,
            legal_basis=body.legal_basis,
        )
        return state.model_copy(update={"tasks": (*state.tasks, task)})
    tasks = tuple(
        task.model_copy(update={"decision": body.decision}) if task.id == body.task else task
        for task in state.tasks
    )
    return state.model_copy(update={"tasks": tasks})


def _read(state: CaseState, body: ClockSuspended | ClockResumed | ClockRevised | TermExtended) -> CaseState:
    """The clock's new reading takes the place of the old one."""
    subject = CASE if isinstance(body, TermExtended) else body.subject
    step = state.step(subject)
    if step is None:
        return state.model_copy(update={"clock": body.clock})
    clocks = tuple(body.clock if clock.kind == body.clock.kind else clock for clock in step.clocks)
    return replace_step(state, step.key, clocks=clocks)


def _climb(state: CaseState, body: DeadlineReminded | DeadlineEscalated) -> CaseState:
    step = state.step(body.subject)
    if step is None:
        return state.model_copy(update={"fired": (*state.fired, body.clock)})
    return replace_step(state, step.key, fired=(*step.fired, body.clock))


__all__ = ["CASE", "apply", "evolve", "fold", "order_of"]
