"""What an event makes of a case. The same function folds a history everywhere. Pure."""

from collections.abc import Iterable
from typing import assert_never

from schemas.case_events import EventPayload, RecordedEvent
from schemas.case_lifecycle_events import (
    AnswerRated,
    AppealJoined,
    AppealPlaced,
    AppealShared,
    AppealWithdrawn,
    AttachmentAdded,
    CaseAnnotated,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CommandRefused,
    NoticeDelivered,
    NoticeUndelivered,
    ObjectionRaised,
    TaskRaised,
    TaskSettled,
    TrackAnswered,
    TrackMigrated,
    TrackOpened,
    TrackReopened,
)
from schemas.deadline_events import (
    CalendarRevised,
    ClockResumed,
    ClockRevised,
    ClockSuspended,
    DeadlineEscalated,
    DeadlineReminded,
    EscalationWithdrawn,
    TermEnded,
    TermExtended,
)
from schemas.hand_over_events import CaseHandedOver, TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import (
    InformationLapsed,
    InformationProvided,
    InformationTermBegun,
    MessageDelivered,
    MessageUndelivered,
    StatusIgnored,
    StatusNoted,
    StepAcknowledged,
    StepCancelled,
    StepCorrected,
    StepDelivered,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRedispatched,
    StepRefused,
    StepRestored,
    StepUndelivered,
)
from workflows.case.commands import CommandOutcome
from workflows.case.evolve import (
    clocks,
    hand_overs,
    lifecycle,
    messages,
    statements,
    steps,
    tasks,
    terms,
    tracks,
)
from workflows.case.evolve.state_updates import replace_step, replace_track
from workflows.case.evolve.statements import TOO_MANY
from workflows.case.state import CaseState


def fold(state: CaseState, events: Iterable[RecordedEvent]) -> CaseState:
    """The state after `events`, which follow on `state`."""
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: CaseState, event: RecordedEvent) -> CaseState:
    """The state after one recorded event; its cause is from now on a command that was answered."""
    after = apply(state, event.payload)
    if isinstance(event.payload, TrackAnswered):
        after = replace_track(after, event.payload.track, answered_at=event.recorded_at)
    update = {"seq": event.seq, "head": event.hash, "seen": _remembered(after.seen, event)}
    if after.traceparent is None:
        update["traceparent"] = event.traceparent
    return after.model_copy(update=update)


def _remembered(seen: dict[str, CommandOutcome], event: RecordedEvent) -> dict[str, CommandOutcome]:
    """The outcomes of the commands, with that of the event's cause.

    Not kept: what agencies state beyond the limit, which only a signal brings and nobody asks for.
    """
    is_beyond = isinstance(event.payload, StatusIgnored) and event.payload.reason == TOO_MANY
    if event.cause in seen or (is_beyond and event.actor.kind == "agency"):
        return seen
    return {**seen, event.cause: _outcome(event)}


def _outcome(event: RecordedEvent) -> CommandOutcome:
    digest, payload = event.cause_digest, event.payload
    if isinstance(payload, CommandRefused):
        return CommandOutcome(accepted=False, code=payload.code, allowed=payload.allowed, digest=digest)
    return CommandOutcome(accepted=True, digest=digest)


def apply(state: CaseState, payload: EventPayload) -> CaseState:  # noqa: C901, PLR0911, PLR0912, PLR0915 - flat
    """The state that the payload alone makes.

    The arms stand in the order of how often their events occur: each that does not match costs time.
    """
    match payload:
        case StepDispatched():
            return steps.dispatch(state, payload)
        case StepDelivered():
            return replace_step(state, payload.step, reference=payload.reference)
        case StepAcknowledged():
            return steps.progress(state, payload.step, "acknowledged", payload.status)
        case StepProgressed():
            return steps.progress(state, payload.step, "in_progress", payload.status)
        case StepFulfilled():
            return steps.end(state, payload.step, "fulfilled", payload.status, payload.in_time)
        case DeadlineReminded() | DeadlineEscalated():
            return clocks.reach_level(state, payload.subject, payload.deadline)
        case StatusIgnored():
            return statements.keep_ignored(state, payload)
        case StatusNoted():
            return statements.forget_early(state, payload.step, payload.status)
        case CommandRefused() | CaseAnnotated() | CalendarRevised() | NoticeDelivered():
            return state
        case TrackOpened():
            return tracks.open_track(state, payload)
        case TrackAnswered():
            return replace_track(state, payload.track, outcome=payload.outcome)
        case CaseOpened():
            return lifecycle.open_case(state, payload)
        case CaseAnswered():
            return lifecycle.answer_case(state, payload)
        case StepRefused():
            return steps.end(state, payload.step, "refused", payload.status, payload.in_time)
        case StepInformationRequested():
            return steps.request_information(state, payload)
        case InformationTermBegun():
            return steps.begin_information_term(state, payload)
        case NoticeUndelivered():
            return steps.wait_until_told(state, payload)
        case InformationProvided():
            return messages.provide_information(state, payload)
        case MessageDelivered():
            return messages.remove(state, payload.message)
        case ClockSuspended() | ClockResumed():
            return clocks.replace_reading(state, payload.subject, payload.clock)
        case ClockRevised():
            return clocks.replace_reading(state, payload.subject, payload.clock, payload.term)
        case StepForwarded():
            return steps.forward(state, payload)
        case StepCancelled():
            return steps.cancel(state, payload)
        case StepUndelivered():
            return replace_step(state, payload.step, group=payload.group + 1)
        case AppealJoined() | AppealShared():
            return lifecycle.join_appeal(state, payload)
        case AppealPlaced():
            return tracks.place_appeal(state, payload)
        case AttachmentAdded():
            return messages.add_attachment(state, payload)
        case MessageUndelivered():
            return messages.retry_or_give_up(state, payload)
        case TaskRaised():
            return tasks.raise_task(state, payload)
        case TaskSettled():
            return tasks.settle_task(state, payload)
        case InformationLapsed():
            return replace_step(
                statements.answer_questions(state, payload.step),
                payload.step,
                status="in_progress",
                lapsed_at=payload.due_at,
            )
        case TermExtended():
            return terms.replace_reading(state, payload.term, payload.clock)
        case TermEnded():
            return terms.end(state, payload.term, payload.in_time)
        case EscalationWithdrawn():
            return clocks.withdraw_level(state, payload.subject, payload.deadline)
        case AppealWithdrawn():
            return tracks.withdraw(state, payload)
        case ObjectionRaised():
            return replace_track(state, payload.track, objected=True)
        case AnswerRated():
            return replace_track(state, payload.track, score=payload.score)
        case CaseReopened():
            return lifecycle.reopen_case(state, payload)
        case TrackReopened():
            return tracks.reopen_track(state, payload)
        case TrackMigrated():
            return tracks.migrate_track(state, payload)
        case StepReassigned():
            return steps.reassign(state, payload)
        case StepRedispatched():
            return steps.redispatch(state, payload)
        case StepRestored():
            return steps.restore(state, payload)
        case StepCorrected():
            return steps.correct(state, payload)
        case TracksHandedOver():
            return hand_overs.hand_over(state, payload)
        case TracksDelivered():
            return hand_overs.deliver(state, payload)
        case TracksTakenOver():
            return hand_overs.take_over(state, payload)
        case CaseHandedOver():
            return hand_overs.end_case(state)
        case _:
            assert_never(payload)
