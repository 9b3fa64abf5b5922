"""All rules of a case: what a command makes happen. Pure, and it raises nothing.

A command that is not allowed is refused by an event with a stable code; so every command but a fire of the
clock that finds nothing due has an event for its cause, and its outcome can be told from the ledger.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ledger.chain import chain
from schemas.case_events import CalendarRevised, CaseEvent, EventPayload, RecordedEvent
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    AnyCommand,
    CloseTrack,
    Command,
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
from workflows.case.decide.deadline_rules import fire_timer
from workflows.case.decide.decision import Decision
from workflows.case.decide.handing_over import join_case, report_hand_over, split_case, take_over_tracks
from workflows.case.decide.information import provide_information
from workflows.case.decide.messages import report_message
from workflows.case.decide.passport_versions import migrate_track
from workflows.case.decide.progress import advance
from workflows.case.decide.statuses import report_dispatch, report_status
from workflows.case.decide.suspensions import resume_clock, suspend_clock
from workflows.case.decide.tasks import decide_agenda_item, settle_task
from workflows.case.decide.terms import extend_term, revise_calendar
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState

HANDLERS: dict[type[Command], Callable[..., None]] = {
    ReceiveAppeal: receive_appeal,
    AddAttachment: add_attachment,
    ReportStatus: report_status,
    ReportDispatch: report_dispatch,
    PlaceAppeal: place_appeal,
    ReassignStep: reassign_step,
    RedispatchStep: redispatch_step,
    ProvideInformation: provide_information,
    Withdraw: withdraw,
    Object: object_to_answer,
    RateAnswer: rate_answer,
    SuspendClock: suspend_clock,
    ResumeClock: resume_clock,
    ExtendTerm: extend_term,
    CloseTrack: close_track,
    ReopenTrack: reopen_track,
    AnnotateCase: annotate_case,
    MigrateTrack: migrate_track,
    SettleTask: settle_task,
    DecideAgendaItem: decide_agenda_item,
    ReportMessage: report_message,
    SplitCase: split_case,
    JoinCase: join_case,
    TakeOverTracks: take_over_tracks,
    ReportHandOver: report_hand_over,
    ReviseCalendar: revise_calendar,
    FireTimer: fire_timer,
}
"""Each kind of command, and the function that knows its rules; a test holds that none is missing."""


def decide(state: CaseState, command: AnyCommand, now: datetime, rules: Rules) -> tuple[EventPayload, ...]:
    """What `command` makes happen to `state` at business time `now`, in order."""
    if isinstance(command, ReviseCalendar):
        rules = rules.model_copy(update={"calendar": command.calendar})
    decision = Decision(state, command, now, rules)
    if state.status == "none" and not isinstance(command, ReceiveAppeal | TakeOverTracks):
        return ()
    HANDLERS[type(command)](decision, command)
    advance(decision)
    return tuple(decision.payloads)


def decide_all(
    state: CaseState, commands: Iterable[AnyCommand], now: datetime, rules: Rules
) -> tuple[RecordedEvent, ...]:
    """The events of one batch, chained on the state's head: each command sees what the ones before it did.

    a timer that fires is decided after all commands received by its instant.
    """
    recorded: list[RecordedEvent] = []
    for command in sorted(commands, key=_in_order_of_receipt):
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


def _in_order_of_receipt(command: AnyCommand) -> tuple[datetime, bool]:
    return command.received_at, isinstance(command, FireTimer)


def _envelopes(
    state: CaseState, command: AnyCommand, payloads: Sequence[EventPayload], now: datetime
) -> tuple[CaseEvent, ...]:
    return tuple(
        CaseEvent.model_construct(
            case_id=state.case_id,
            seq=state.seq + offset,
            recorded_at=now,
            cause=command.id,
            actor=command.actor,
            traceparent=command.traceparent or state.traceparent,
            payload=payload,
        )
        for offset, payload in enumerate(payloads, start=1)
    )
