"""Every command by every kind of actor: taken, or refused with which code.

The table says it again, apart from the code: a command or a kind of actor that it lacks fails here.
"""

from collections.abc import Callable
from functools import cache
from typing import get_args

import pytest

from schemas.actors import SYSTEM, Actor, ActorKind
from schemas.case_lifecycle_events import (
    AnswerRated,
    AppealJoined,
    AppealPlaced,
    AppealWithdrawn,
    AttachmentAdded,
    CaseAnnotated,
    CommandRefused,
    NoticeUndelivered,
    ObjectionRaised,
    TaskSettled,
    TrackAnswered,
    TrackMigrated,
    TrackReopened,
)
from schemas.deadline_events import (
    CalendarRevised,
    ClockResumed,
    ClockSuspended,
    DeadlineEscalated,
    TermExtended,
)
from schemas.hand_over_events import TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import (
    InformationProvided,
    MessageDelivered,
    StatusIgnored,
    StepAcknowledged,
    StepDelivered,
    StepReassigned,
    StepRedispatched,
)
from tests.builders import (
    CHANNEL,
    PARALLEL,
    PERSON,
    RULES,
    SEQUENTIAL,
    STAFF,
    attachment,
    by,
    close,
    later,
    looked_up,
    of_person,
    place,
    placement,
    reassign,
    receive,
    report,
)
from tests.case import Case, earliest
from tests.commands import APPLICANT, COMMISSION, INSTRUCTION, NEWER, REVIEW
from tests.hand_overs import received_by_the_other, taken
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    AnyCommand,
    DecideAgendaItem,
    ExtendTerm,
    FireTimer,
    JoinCase,
    MigrateTrack,
    Object,
    ProvideInformation,
    RateAnswer,
    RedispatchStep,
    ReopenTrack,
    ReportDispatch,
    ReportMessage,
    ReportNotice,
    ResumeClock,
    ReviseCalendar,
    SettleTask,
    SplitCase,
    SuspendClock,
    Withdraw,
)
from workflows.case.decide.decider import decide

ACTORS: dict[str, Actor] = {
    "applicant": APPLICANT,
    "channel": CHANNEL,
    "agency": Actor(kind="agency", id="moh"),
    "other_agency": Actor(kind="agency", id="mlspp"),
    "staff": STAFF,
    "commission": COMMISSION,
    "system": SYSTEM,
}
"""`agency` has the step that the command is about, `other_agency` has not."""

TABLE = """
command             applicant channel agency other_agency staff commission system refused_with
receive_appeal      yes       yes     no     no           yes   no         no     appeal.not_applicant
add_attachment      yes       yes     no     no           yes   no         no     attachment.not_applicant
provide_information yes       yes     no     no           yes   no         no     information.not_applicant
withdraw            yes       yes     no     no           yes   no         no     withdraw.not_applicant
object              yes       yes     no     no           yes   no         no     object.not_applicant
rate_answer         yes       yes     no     no           yes   no         no     rate.not_applicant
report_status       no        no      yes    ignored      yes   no         no     status.not_agency
report_dispatch     no        no      no     no           no    no         yes    dispatch.not_system
report_message      no        no      no     no           no    no         yes    message.not_system
report_notice       no        no      no     no           no    no         yes    notice.not_system
place_appeal        no        no      no     no           yes   no         no     place.not_staff
reassign_step       no        no      no     no           yes   no         no     reassign.not_staff
redispatch_step     no        no      no     no           yes   no         no     redispatch.not_staff
suspend_clock       no        no      no     no           yes   no         no     suspend.not_staff
resume_clock        no        no      no     no           yes   no         no     resume.not_staff
extend_term         no        no      no     no           yes   no         no     extend.not_staff
close_track         no        no      no     no           yes   no         no     close.not_staff
reopen_track        no        no      no     no           yes   no         no     reopen.not_staff
annotate_case       no        no      no     no           yes   yes        no     annotate.not_staff
migrate_track       no        no      no     no           yes   no         no     migrate.not_staff
settle_task         no        no      no     no           yes   no         no     settle.not_staff
decide_agenda_item  no        no      no     no           no    yes        no     decide.not_commission
split_case          no        no      no     no           yes   no         no     split.not_staff
join_case           no        no      no     no           yes   no         no     join.not_staff
take_over_tracks    no        no      no     no           no    no         yes    hand_over.not_system
report_hand_over    no        no      no     no           no    no         yes    hand_over.not_system
fire_timer          no        no      no     no           no    no         yes    timer.not_system
revise_calendar     no        no      no     no           yes   no         yes    revise.not_staff
"""


def _rows() -> dict[str, dict[str, str]]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


ROWS = _rows()
Prepared = tuple[Case, AnyCommand, type]


def _begun() -> Case:
    return Case().take(of_person(receive(SEQUENTIAL, PARALLEL)))


def _answered() -> Case:
    """Its track is refused by the agency that decides."""
    case = Case().take(of_person(receive(SEQUENTIAL)), report("t1.examine", "fulfilled", at=later(2)))
    return case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))


def _in_doubt() -> Case:
    return _begun().take(report("t1.examine", "fulfilled"), report("t1.examine", "refused", at=later(2)))


def _on_the_agenda() -> Case:
    return _begun().fire_timers_until(later(24 * 45))


def _split() -> Case:
    return _begun().take(SplitCase(**by(STAFF, "split", 2), tracks=("t1",)))


def _suspended() -> Case:
    return _begun().take(
        SuspendClock(**by(STAFF, "s", 2), step="t1.examine", charged_to="centre", reason="flood")
    )


def _with_message() -> Case:
    return _begun().take(AddAttachment(**by(CHANNEL, "d", 2), attachment=attachment(1, "paper", later(2))))


def _timer() -> Prepared:
    case = _begun()
    due_at = earliest(case.state)
    assert due_at is not None
    return case, FireTimer(id="timer", received_at=due_at), DeadlineEscalated


def _delivery() -> Prepared:
    case = _split()
    return case, received_by_the_other(case.state.hand_overs[0], 5), TracksDelivered


def _message() -> Prepared:
    case = _with_message()
    message = case.state.messages[0].id
    return case, ReportMessage(**by(SYSTEM, "m", 5), message=message, group=1), MessageDelivered


def _join() -> AnyCommand:
    into = receive(number=2).appeal.case_id
    return JoinCase(**by(STAFF, "join", 5), into=into, applicant=PERSON, pending=True)


DOCUMENT = attachment(1, "another", later(5))
AGENDA, DOUBT = "agenda/t1.examine/1", "contradictory_ends/t1.examine/1"
GIVEN = {"step": "t1.examine", "sealed": "sealed"}
SENT = {"step": "t1.examine", "attempt": 1, "group": 1, "reference": "MOH-1"}
FLOOD = {"step": "t1.examine", "charged_to": "centre", "reason": "flood"}
NEW_CALENDAR = RULES.calendar.model_copy(update={"version": "2"})

PREPARED: dict[str, Callable[[], Prepared]] = {
    "receive_appeal": lambda: (_begun(), receive(PARALLEL, number=2, at=later(5)), AppealJoined),
    "add_attachment": lambda: (
        _begun(),
        AddAttachment(**by(CHANNEL, "document", 5), attachment=DOCUMENT),
        AttachmentAdded,
    ),
    "provide_information": lambda: (
        _begun().take(report("t1.examine", "information_requested")),
        ProvideInformation(**by(APPLICANT, "given", 5), **GIVEN),
        InformationProvided,
    ),
    "withdraw": lambda: (_begun(), Withdraw(**by(APPLICANT, "w", 5), track="t1"), AppealWithdrawn),
    "object": lambda: (
        _answered(),
        Object(**by(APPLICANT, "o", 5), track="t1", review=placement(REVIEW)),
        ObjectionRaised,
    ),
    "rate_answer": lambda: (
        _answered(),
        RateAnswer(**by(APPLICANT, "r", 5), track="t1", score=1),
        AnswerRated,
    ),
    "report_status": lambda: (_begun(), report("t1.examine", "acknowledged"), StepAcknowledged),
    "report_dispatch": lambda: (_begun(), ReportDispatch(**by(SYSTEM, "d", 5), **SENT), StepDelivered),
    "report_message": _message,
    "report_notice": lambda: (
        _begun(),
        ReportNotice(**by(SYSTEM, "n", 5), about="event", notice="receipt", subject="case"),
        NoticeUndelivered,
    ),
    "place_appeal": lambda: (Case().take(receive()), place("t1.triage", PARALLEL), AppealPlaced),
    "reassign_step": lambda: (_begun(), reassign("t1.examine", "mlspp"), StepReassigned),
    "redispatch_step": lambda: (
        _begun(),
        RedispatchStep(**by(STAFF, "r", 5), step="t1.examine", reason="lost"),
        StepRedispatched,
    ),
    "suspend_clock": lambda: (_begun(), SuspendClock(**by(STAFF, "s", 5), **FLOOD), ClockSuspended),
    "resume_clock": lambda: (
        _suspended(),
        ResumeClock(**by(STAFF, "r", 5), step="t1.examine"),
        ClockResumed,
    ),
    "extend_term": lambda: (_begun(), ExtendTerm(**by(STAFF, "e", 5), days=9, reason="study"), TermExtended),
    "close_track": lambda: (_begun(), close("t1"), TrackAnswered),
    "reopen_track": lambda: (
        _answered(),
        ReopenTrack(**by(STAFF, "r", 5), track="t1", reason="new_facts"),
        TrackReopened,
    ),
    "annotate_case": lambda: (
        _begun(),
        AnnotateCase(**by(STAFF, "a", 5), sealed_note="sealed"),
        CaseAnnotated,
    ),
    "migrate_track": lambda: (
        _begun(),
        MigrateTrack(**by(STAFF, "m", 5), track="t1", placement=placement(NEWER)),
        TrackMigrated,
    ),
    "settle_task": lambda: (
        _in_doubt(),
        SettleTask(**by(STAFF, "s", 5), task=DOUBT, decision="dismiss"),
        TaskSettled,
    ),
    "decide_agenda_item": lambda: (
        _on_the_agenda(),
        DecideAgendaItem(**by(COMMISSION, "d", 2000), task=AGENDA, instruction=placement(INSTRUCTION)),
        TaskSettled,
    ),
    "split_case": lambda: (_begun(), SplitCase(**by(STAFF, "s", 5), tracks=("t1",)), TracksHandedOver),
    "join_case": lambda: (_begun(), _join(), TracksHandedOver),
    "take_over_tracks": lambda: (
        Case().take(receive(PARALLEL, number=2)),
        taken(_split().state.hand_overs[0], 5),
        TracksTakenOver,
    ),
    "report_hand_over": _delivery,
    "fire_timer": _timer,
    "revise_calendar": lambda: (
        _begun(),
        ReviseCalendar(**by(STAFF, "r", 5), calendar=NEW_CALENDAR),
        CalendarRevised,
    ),
}


@cache
def _prepared(kind: str) -> Prepared:
    return PREPARED[kind]()


def test_the_table_has_every_command_and_every_kind_of_actor():
    commands = {kind.model_fields["kind"].default for kind in get_args(get_args(AnyCommand)[0])}
    assert set(ROWS) == set(PREPARED) == commands
    assert {actor.kind for actor in ACTORS.values()} == set(get_args(ActorKind))
    assert all(set(row) == {*ACTORS, "refused_with"} for row in ROWS.values())


@pytest.mark.parametrize("name", ACTORS)
@pytest.mark.parametrize("kind", ROWS)
def test_a_command_is_taken_or_refused_as_the_table_says(kind: str, name: str) -> None:
    case, command, event = _prepared(kind)
    given = looked_up(case.state, command).model_copy(update={"actor": ACTORS[name]})
    found = decide(case.state, given, max(given.received_at, later(5)), case.rules)
    match ROWS[kind][name]:
        case "yes":
            assert any(isinstance(payload, event) for payload in found)
            assert not any(isinstance(payload, CommandRefused | StatusIgnored) for payload in found)
        case "no":
            (refused,) = found
            assert isinstance(refused, CommandRefused)
            assert (refused.command, refused.code) == (kind, ROWS[kind]["refused_with"])
        case "ignored":
            (ignored,) = found
            assert isinstance(ignored, StatusIgnored)
            assert ignored.reason == "status.agency_not_assigned"
        case other:
            pytest.fail(f"{other!r} is no outcome")
