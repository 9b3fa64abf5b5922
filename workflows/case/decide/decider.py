"""All rules of a case: what a command makes happen. Pure, and it raises nothing.

A command that is not allowed is refused by an event with a stable code. So every command causes an event, but
for a timer that fires when nothing is due, and the ledger shows the outcome of each.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from ledger.chain import chain
from schemas.case_events import CaseEvent, EventPayload, RecordedEvent
from schemas.deadline_events import CalendarRevised
from workflows.case.command_identity import digest_of
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    AnyCommand,
    CloseTrack,
    DecideAgendaItem,
    ExtendTerm,
    FireTimer,
    JoinCase,
    MigrateTrack,
    Object,
    PlaceAppeal,
    ProvideInformation,
    RateAnswer,
    ReassignStep,
    ReceiveAppeal,
    RedispatchStep,
    ReopenTrack,
    ReportDispatch,
    ReportHandOver,
    ReportMessage,
    ReportNotice,
    ReportStatus,
    ResumeClock,
    ReviseCalendar,
    SettleTask,
    SplitCase,
    SuspendClock,
    TakeOverTracks,
    Withdraw,
)
from workflows.case.decide.annotations import annotate_case
from workflows.case.decide.answers import close_track, object_to_answer, rate_answer, reopen_track, withdraw
from workflows.case.decide.appeals import place_appeal, receive_appeal
from workflows.case.decide.assignments import reassign_step, redispatch_step
from workflows.case.decide.attachments import add_attachment
from workflows.case.decide.causality import in_causal_order, opens_a_case
from workflows.case.decide.deadline_rules import fire_timer
from workflows.case.decide.decision import Decision
from workflows.case.decide.hand_overs import join_case, report_hand_over, split_case, take_over_tracks
from workflows.case.decide.information import provide_information
from workflows.case.decide.informing import (
    ask_to_inform,
    ask_to_send,
    begin_information_term,
    informed_by,
    report_notice,
)
from workflows.case.decide.messages import report_message
from workflows.case.decide.passport_versions import migrate_track
from workflows.case.decide.progress import advance
from workflows.case.decide.refusals import refuse
from workflows.case.decide.restoring import restore_where_cause_is_undone
from workflows.case.decide.status_effects import follow_decision
from workflows.case.decide.statuses import report_dispatch, report_status, take_early_status
from workflows.case.decide.suspensions import resume_clock, suspend_clock
from workflows.case.decide.tasks import decide_agenda_item, settle_task
from workflows.case.decide.terms import extend_term, revise_calendar
from workflows.case.decide.withdrawals import withdraw_false_escalations
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState


def decide(state: CaseState, command: AnyCommand, now: datetime, rules: Rules) -> tuple[EventPayload, ...]:
    """What `command` makes happen to `state` at business time `now`, in order."""
    if isinstance(command, ReviseCalendar):
        rules = rules.model_copy(update={"calendar": command.calendar})
    permission = command.permission
    is_permitted = command.actor.kind in permission.actors
    if state.status == "none" and not opens_a_case(command):
        return ()
    decision = Decision(state, command, now, rules)
    if is_permitted:
        _follow_rules(decision, command)
    else:
        refuse(decision, permission.code, permission.allowed)
    _let_follow(decision)
    while take_early_status(decision):
        _let_follow(decision)
    withdraw_false_escalations(decision, state)
    ask_to_inform(decision)
    ask_to_send(decision)
    return tuple(decision.payloads)


def _let_follow(decision: Decision) -> None:
    restore_where_cause_is_undone(decision)
    advance(decision)


def _follow_rules(decision: Decision, command: AnyCommand) -> None:  # noqa: C901, PLR0912, PLR0915 - flat
    """The arms stand in the order of how often their commands are given."""
    match command:
        case ReportStatus():
            report_status(decision, command)
        case ReportDispatch():
            report_dispatch(decision, command)
        case ReceiveAppeal():
            receive_appeal(decision, command)
        case FireTimer():
            fire_timer(decision, command)
        case ReportMessage():
            report_message(decision, command)
        case ReportNotice():
            report_notice(decision, command)
        case AddAttachment():
            add_attachment(decision, command)
        case PlaceAppeal():
            place_appeal(decision, command)
        case ProvideInformation():
            provide_information(decision, command)
        case Withdraw():
            withdraw(decision, command)
        case RateAnswer():
            rate_answer(decision, command)
        case Object():
            object_to_answer(decision, command)
        case AnnotateCase():
            annotate_case(decision, command)
        case SettleTask():
            settle_task(decision, command)
            follow_decision(decision, command.task)
            if (told := informed_by(decision, command.task)) is not None:
                begin_information_term(decision, told)
        case ReassignStep():
            reassign_step(decision, command)
        case RedispatchStep():
            redispatch_step(decision, command)
        case SuspendClock():
            suspend_clock(decision, command)
        case ResumeClock():
            resume_clock(decision, command)
        case ExtendTerm():
            extend_term(decision, command)
        case CloseTrack():
            close_track(decision, command)
        case ReopenTrack():
            reopen_track(decision, command)
        case MigrateTrack():
            migrate_track(decision, command)
        case DecideAgendaItem():
            decide_agenda_item(decision, command)
        case SplitCase():
            split_case(decision, command)
        case JoinCase():
            join_case(decision, command)
        case TakeOverTracks():
            take_over_tracks(decision, command)
        case ReportHandOver():
            report_hand_over(decision, command)
        case ReviseCalendar():
            revise_calendar(decision, command)
        case _:
            assert_never(command)


def decide_all(
    state: CaseState, commands: Iterable[AnyCommand], now: datetime, rules: Rules
) -> tuple[RecordedEvent, ...]:
    """The events of one batch, chained on the state's head: each command sees what the ones before it did."""
    recorded: list[RecordedEvent] = []
    for command in in_causal_order(state, commands):
        payloads = decide(state, command, now, rules)
        if isinstance(command, ReviseCalendar) and any(
            isinstance(payload, CalendarRevised) for payload in payloads
        ):
            rules = rules.model_copy(update={"calendar": command.calendar})
        events = _envelopes(state, command, payloads, now)
        chained = chain(state.head, events)
        state = fold(state, chained)
        recorded.extend(chained)
    return tuple(recorded)


def _envelopes(
    state: CaseState, command: AnyCommand, payloads: Sequence[EventPayload], now: datetime
) -> tuple[CaseEvent, ...]:
    return tuple(
        CaseEvent.model_construct(
            case_id=state.case_id,
            seq=state.seq + offset,
            recorded_at=now,
            cause=command.id,
            cause_digest=digest_of(command) if offset == 1 else None,
            actor=command.actor,
            traceparent=command.traceparent or state.traceparent,
            payload=payload,
        )
        for offset, payload in enumerate(payloads, start=1)
    )
