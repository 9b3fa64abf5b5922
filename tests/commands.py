"""Commands of every kind for tests: each drawn for the state a case is in, sensible ones and others."""

import random
import uuid
from collections.abc import Callable
from datetime import date, datetime

from schemas.actors import SYSTEM, Actor
from tests.builders import (
    CHANNEL,
    PARALLEL,
    PERSON,
    RULES,
    SEQUENTIAL,
    STAFF,
    attachment,
    looked_up,
    of_person,
    passport,
    placement,
    receive,
    step,
)
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    AnyCommand,
    CloseTrack,
    DecideAgendaItem,
    ExtendTerm,
    JoinCase,
    MigrateTrack,
    Object,
    PlaceAppeal,
    ProvideInformation,
    RateAnswer,
    ReassignStep,
    RedispatchStep,
    ReopenTrack,
    ReportDispatch,
    ReportHandOver,
    ReportMessage,
    ReportNotice,
    ResumeClock,
    ReviseCalendar,
    SettleTask,
    SplitCase,
    SuspendClock,
    TakeOverTracks,
    Withdraw,
)
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

APPLICANT = Actor(kind="applicant", id="applicant")
COMMISSION = Actor(kind="commission", id="commission")
SEALED = "sealed"
REVIEW = passport("disability-assessment", step("review", "mlspp"))
INSTRUCTION = passport("instruction", step("instruction", "moh"))
NEWER = passport(
    "disability-assessment", step("examine", "moh"), step("decide", "mod", "examine")
).model_copy(update={"version": "disability-assessment-2"})

Draw = Callable[[CaseState, str, datetime, random.Random], AnyCommand]


def _head(identity: str, at: datetime, actor: Actor = STAFF) -> dict[str, object]:
    return {"id": identity, "actor": actor, "received_at": at}


def _step(state: CaseState, chance: random.Random) -> str:
    return chance.choice([*(step.key for step in state.steps), "t9.nothing"])


def _track(state: CaseState, chance: random.Random) -> str:
    return chance.choice([*(track.key for track in state.tracks), "t9"])


def _task(state: CaseState, chance: random.Random) -> str:
    return chance.choice([*(task.id for task in state.tasks), "nothing"])


def _dispatch(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    known = state.step(_step(state, chance))
    key, attempt = (known.key, known.attempt) if known else ("t9.nothing", 1)
    failed = {"error_code": "adapter.away"} if chance.random() < 0.3 else {"reference": identity}
    return ReportDispatch(**_head(identity, at, SYSTEM), step=key, attempt=attempt, group=1, **failed)


def _message(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    waiting = chance.choice(state.messages) if state.messages else None
    message, group = (waiting.id, waiting.group) if waiting else ("nothing", 1)
    failed = {"error_code": "adapter.away", "permanent": chance.random() < 0.5}
    more = failed if chance.random() < 0.4 else {}
    return ReportMessage(**_head(identity, at, SYSTEM), message=message, group=group, **more)


def _notice(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    notice = chance.choice(["answer", "information", "forwarding", "delay", "receipt"])
    subject = {"answer": _track, "information": _step, "forwarding": _step}.get(notice)
    return ReportNotice(
        **_head(identity, at, SYSTEM),
        about=identity,
        notice=notice,
        subject=subject(state, chance) if subject else "case",
        delivered=chance.random() < 0.4,
        reason="smtp_550",
    )


def _revise(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    day = date(2021, 9, chance.randint(1, 28))
    calendar = RULES.calendar.model_copy(update={"version": identity, "holidays": {day: "a day of mourning"}})
    return ReviseCalendar(**_head(identity, at), calendar=calendar)


def _appeal(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    passports = chance.choice([(), (SEQUENTIAL,), (PARALLEL,)])
    return receive(*passports, number=chance.randint(2, 400), at=at)


def _attachment(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    number = chance.choice([1, 1, 999])
    return AddAttachment(**_head(identity, at, CHANNEL), attachment=attachment(number, identity, at))


def _join(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    known, pending = chance.choice([state.applicant_index, "somebody-else"]), chance.random() < 0.8
    into = chance.choice([str(uuid.UUID(int=999)), state.case_id])
    return looked_up(state, JoinCase(**_head(identity, at), into=into, applicant=known, pending=pending))


def _split(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    tracks = (_track(state, chance), _track(state, chance))
    return looked_up(state, SplitCase(**_head(identity, at), tracks=tracks))


def _take_over(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    """What another case of the person hands over to this one: one that began just now."""
    other = CaseState(case_id=str(uuid.uuid5(uuid.UUID(state.case_id), identity)))
    brought = of_person(
        receive(chance.choice([SEQUENTIAL, PARALLEL]), number=chance.randint(500, 900), at=at)
    )
    join = JoinCase(**_head("join", at), into=state.case_id, applicant=PERSON, pending=True)
    for command in (brought, join):
        other = fold(other, decide_all(other, [looked_up(other, command)], at, RULES))
    (hand_over,) = other.hand_overs
    return TakeOverTracks(**_head(identity, at, SYSTEM), hand_over=hand_over)


def _delivered(state: CaseState, identity: str, at: datetime, chance: random.Random) -> AnyCommand:
    waiting = [hand_over.id for hand_over in state.hand_overs]
    return ReportHandOver(
        **_head(identity, at, SYSTEM), hand_over=chance.choice([*waiting, str(uuid.UUID(int=7))])
    )


COMMANDS: dict[str, Draw] = {
    "add_attachment": _attachment,
    "receive_appeal": _appeal,
    "report_dispatch": _dispatch,
    "report_message": _message,
    "report_notice": _notice,
    "join_case": _join,
    "split_case": _split,
    "take_over_tracks": _take_over,
    "report_hand_over": _delivered,
    "revise_calendar": _revise,
    "place_appeal": lambda s, i, at, c: PlaceAppeal(
        **_head(i, at), step=_step(s, c), placements=(placement(PARALLEL),)
    ),
    "reassign_step": lambda s, i, at, c: ReassignStep(
        **_head(i, at), step=_step(s, c), agency_id=c.choice(["moh", "mlspp", "samhi", "nobody"])
    ),
    "redispatch_step": lambda s, i, at, c: RedispatchStep(**_head(i, at), step=_step(s, c), reason="lost"),
    "provide_information": lambda s, i, at, c: ProvideInformation(
        **_head(i, at, APPLICANT), step=_step(s, c), sealed=SEALED
    ),
    "withdraw": lambda s, i, at, c: Withdraw(
        **_head(i, at, APPLICANT), track=c.choice([None, _track(s, c), _track(s, c)])
    ),
    "object": lambda s, i, at, c: Object(
        **_head(i, at, APPLICANT), track=_track(s, c), review=placement(REVIEW), sealed=SEALED
    ),
    "rate_answer": lambda s, i, at, c: RateAnswer(
        **_head(i, at, APPLICANT), track=_track(s, c), score=c.randint(1, 5)
    ),
    "suspend_clock": lambda s, i, at, c: SuspendClock(
        **_head(i, at), step=_step(s, c), charged_to=c.choice(["centre", "force_majeure"]), reason="flood"
    ),
    "resume_clock": lambda s, i, at, c: ResumeClock(**_head(i, at), step=_step(s, c)),
    "extend_term": lambda s, i, at, c: ExtendTerm(
        **_head(i, at), days=c.randint(1, 40), reason="information_requested"
    ),
    "close_track": lambda s, i, at, c: CloseTrack(
        **_head(i, at), track=_track(s, c), outcome="satisfied", reason="answered_by_the_staff"
    ),
    "reopen_track": lambda s, i, at, c: ReopenTrack(**_head(i, at), track=_track(s, c), reason="new_facts"),
    "annotate_case": lambda s, i, at, c: AnnotateCase(**_head(i, at), sealed_note=SEALED),
    "migrate_track": lambda s, i, at, c: MigrateTrack(
        **_head(i, at), track=_track(s, c), placement=placement(NEWER)
    ),
    "settle_task": lambda s, i, at, c: SettleTask(
        **_head(i, at), task=_task(s, c), decision=c.choice(["confirm", "dismiss"])
    ),
    "decide_agenda_item": lambda s, i, at, c: DecideAgendaItem(
        **_head(i, at, COMMISSION),
        task=_task(s, c),
        instruction=c.choice([None, placement(INSTRUCTION)]),
    ),
}
"""By kind. Statuses of agencies are drawn by the tests themselves."""
