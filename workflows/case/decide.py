"""All rules of a case: what a command makes happen. Pure, and it raises nothing.

A command that is not allowed is refused by an event with a stable code; so every command but a strike of the
clock that finds nothing due has an event for its cause, and its outcome can be told from the ledger.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledger.chain import chain
from schemas.case_events import (
    AppealJoined,
    AppealPlaced,
    Body,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    RecordedEvent,
    StepReassigned,
)
from schemas.clocks import ClockReading
from workflows.case.clocks import deadlines, statutory_term
from workflows.case.commands import (
    AnyCommand,
    PlaceAppeal,
    ReassignStep,
    ReceiveAppeal,
    ReportDispatch,
    ReportStatus,
    StrikeClock,
)
from workflows.case.evolve import fold
from workflows.case.progress import advance, open_track, open_triage
from workflows.case.refusals import refuse
from workflows.case.rules import TRIAGE, Rules
from workflows.case.state import CaseState
from workflows.case.statuses import report_dispatch, report_status
from workflows.case.turn import Turn


def decide(state: CaseState, command: AnyCommand, now: datetime, rules: Rules) -> tuple[Body, ...]:
    """What `command` makes happen to `state` at business time `now`, in order."""
    turn = Turn(state, command, now, rules)
    if state.status == "none" and not isinstance(command, ReceiveAppeal):
        return ()
    match command:
        case ReceiveAppeal():
            _receive_appeal(turn, command)
        case ReportStatus():
            report_status(turn, command)
        case ReportDispatch():
            report_dispatch(turn, command)
        case PlaceAppeal():
            _place_appeal(turn, command)
        case ReassignStep():
            _reassign_step(turn, command)
        case StrikeClock():
            _strike(turn, command)
    advance(turn)
    return tuple(turn.bodies)


def decide_all(
    state: CaseState, commands: Iterable[AnyCommand], now: datetime, rules: Rules
) -> tuple[RecordedEvent, ...]:
    """The events of one turn, chained on the state's head: each command sees what the ones before it did.

    A strike of the clock is decided after all commands received by its instant.
    """
    recorded: list[RecordedEvent] = []
    for command in sorted(commands, key=_turn_order):
        events = _envelopes(state, command, decide(state, command, now, rules), now)
        chained = chain(state.head, events)
        state = fold(state, chained)
        recorded.extend(chained)
    return tuple(recorded)


def _turn_order(command: AnyCommand) -> tuple[datetime, bool]:
    return command.received_at, isinstance(command, StrikeClock)


def _envelopes(
    state: CaseState, command: AnyCommand, bodies: Sequence[Body], now: datetime
) -> tuple[CaseEvent, ...]:
    return tuple(
        CaseEvent.model_construct(
            case_id=state.case_id,
            seq=state.seq + offset,
            recorded_at=now,
            cause=command.id,
            actor=command.actor,
            traceparent=command.traceparent or state.traceparent,
            body=body,
        )
        for offset, body in enumerate(bodies, start=1)
    )


def _receive_appeal(turn: Turn, command: ReceiveAppeal) -> None:
    state, appeal = turn.state, command.appeal
    if state.status == "none":
        turn.happens(CaseOpened(opening=1, appeal=appeal, clock=_term(turn, command)))
    else:
        if state.status == "answered":
            reopened = CaseReopened(
                opening=state.opening + 1, reason="appeal.joined", clock=_term(turn, command)
            )
            turn.happens(reopened)
        turn.happens(AppealJoined(appeal=appeal))
    for placement in command.placements:
        open_track(turn, placement)
    if not command.placements:
        open_triage(turn)


def _term(turn: Turn, command: ReceiveAppeal) -> ClockReading:
    """The case's statutory term: the longest of its services', else the law's default."""
    terms = turn.rules.terms
    passports = [placement.passport for placement in command.placements]
    longest = max(passports, key=lambda passport: passport.statutory_term, default=None)
    days = terms.statutory if longest is None else longest.statutory_term
    basis = terms.statutory_basis if longest is None else longest.legal_basis
    return statutory_term(command.received_at, days, basis, turn.rules)


def _place_appeal(turn: Turn, command: PlaceAppeal) -> None:
    step = turn.state.step(command.step)
    track = turn.state.track(step.track) if step else None
    if step is None or track is None or track.service != TRIAGE:
        refuse(turn, "place.not_triage", "Name a triage step; `vahid case show` lists them.")
    elif step.ended:
        refuse(turn, "place.step_ended", "The appeal was placed or refused already.")
    elif command.actor.kind != "staff":
        refuse(turn, "place.not_staff", "Only the centre's staff place an appeal.")
    else:
        services = tuple(placement.passport.code for placement in command.placements)
        turn.happens(AppealPlaced(step=step.key, services=services))
        for placement in command.placements:
            open_track(turn, placement)


def _reassign_step(turn: Turn, command: ReassignStep) -> None:
    step = turn.state.step(command.step)
    track = turn.state.track(step.track) if step else None
    if step is None or track is None or track.service == TRIAGE:
        refuse(turn, "reassign.no_such_step", "Name a step of a service; a triage step is placed instead.")
    elif step.ended or step.status == "waiting":
        refuse(turn, "reassign.not_running", "Only a dispatched step that has not ended is reassigned.")
    elif step.agency_id == command.agency_id:
        refuse(turn, "reassign.same_agency", "Name another agency than the one that has the step.")
    elif command.agency_id not in turn.rules.connected:
        refuse(turn, "reassign.not_connected", "Name a connected body; see `vahid catalogue show`.")
    elif command.actor.kind != "staff":
        refuse(turn, "reassign.not_staff", "Only the centre's staff reassign a step.")
    else:
        turn.happens(StepReassigned(step=step.key, from_agency=step.agency_id, to_agency=command.agency_id))


def _strike(turn: Turn, command: StrikeClock) -> None:
    reached = max(turn.now, command.received_at)
    due = [deadline for deadline in deadlines(turn.state) if deadline.rung.at <= reached]
    for deadline in sorted(due, key=lambda deadline: deadline.rung.at):
        turn.happens(deadline.event())
