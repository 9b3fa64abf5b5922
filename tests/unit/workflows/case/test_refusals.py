"""Every code with which a case refuses a command, or sets a status aside: in what case it is given.

The codes are read out of the source: one that no row here gives fails.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import workflows.case.decide
import workflows.case.evolve
from schemas.actors import SYSTEM
from schemas.passports import Passport
from schemas.step_events import StatusIgnored
from tests.builders import (
    PARALLEL,
    PERSON,
    SEQUENTIAL,
    STAFF,
    appeal,
    attachment,
    by,
    close,
    later,
    of_person,
    passport,
    place,
    placement,
    reassign,
    receive,
    report,
    step,
)
from tests.case import Case
from tests.commands import APPLICANT, COMMISSION, NEWER, REVIEW
from tests.hand_overs import received_by_the_other
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    DecideAgendaItem,
    ExtendTerm,
    JoinCase,
    MigrateTrack,
    Object,
    ProvideInformation,
    RateAnswer,
    RedispatchStep,
    ReopenTrack,
    ReportDispatch,
    ReportMessage,
    ResumeClock,
    SettleTask,
    SplitCase,
    SuspendClock,
    Withdraw,
)
from workflows.case.limits import MOST_APPEALS, MOST_SERVICES, MOST_STATEMENTS

YEAR = 24 * 365
OTHER = receive(number=2).appeal.case_id


@cache
def _begun() -> Case:
    return Case().take(of_person(receive(SEQUENTIAL, PARALLEL)))


@cache
def _without_channels() -> Case:
    brought = receive(SEQUENTIAL)
    silent = brought.appeal.model_copy(update={"notice_channels": ()})
    return Case().take(brought.model_copy(update={"appeal": silent}))


@cache
def _answered() -> Case:
    case = Case().take(of_person(receive(SEQUENTIAL)), report("t1.examine", "fulfilled", at=later(2)))
    return case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))


@cache
def _triage() -> Case:
    return Case().take(receive())


@cache
def _with_all_services() -> Case:
    others = (passport(f"other-{number}", step("only", "moh")) for number in range(MOST_SERVICES))
    more = (receive(service, number=number) for number, service in enumerate(others, start=2))
    return _after(_triage, *more)()


@cache
def _placed() -> Case:
    return Case().take(receive(), place("t1.triage", PARALLEL))


def _after(case: Callable[[], Case], *commands: AnyCommand) -> Callable[[], Case]:
    """That case after these commands; the cases that rows share stay as they are."""

    def made() -> Case:
        begun, case_now = case(), Case()
        case_now.state = begun.state
        return case_now.take(*commands) if commands else case_now

    return made


@cache
def _on_the_agenda() -> Case:
    return _after(_begun)().fire_timers_until(later(24 * 45))


def _delivered() -> Case:
    case = _after(_begun, SplitCase(**by(STAFF, "split", 2), tracks=("t1",)))()
    return case.take(received_by_the_other(case.state.hand_overs[0], 3))


def _gone() -> AnyCommand:
    case = _after(_begun, SplitCase(**by(STAFF, "split", 2), tracks=("t1",)))()
    again = received_by_the_other(case.state.hand_overs[0], 4)
    return again.model_copy(update={"id": "again"})


def _suspend(key: str, step_key: str = "t1.examine") -> AnyCommand:
    return SuspendClock(**by(STAFF, key, 3), step=step_key, charged_to="centre", reason="flood")


def _extend(key: str, days: int, hours: float = 5) -> AnyCommand:
    return ExtendTerm(**by(STAFF, key, hours), days=days, reason="study")


def _object(key: str, hours: float, track: str = "t1") -> AnyCommand:
    return Object(**by(APPLICANT, key, hours), track=track, review=placement(REVIEW))


def _rate(key: str, track: str = "t1") -> AnyCommand:
    return RateAnswer(**by(APPLICANT, key, 5), track=track, score=2)


def _reopen(hours: float, track: str = "t1") -> AnyCommand:
    return ReopenTrack(**by(STAFF, "reopen", hours), track=track, reason="new_facts")


def _join(into: str = OTHER, applicant: str | None = PERSON, pending: bool = True) -> AnyCommand:
    return JoinCase(**by(STAFF, "join", 5), into=into, applicant=applicant, pending=pending)


def _migrate(key: str, track: str, of: Passport = NEWER) -> AnyCommand:
    return MigrateTrack(**by(STAFF, key, 5), track=track, placement=placement(of))


def _settle(task: str, decision: str = "confirm", hours: float = 2000) -> AnyCommand:
    return SettleTask(**by(STAFF, "settle", hours), task=task, decision=decision)


def _numbered(number: int) -> AnyCommand:
    """Progress that the agency states again and again."""
    command = report("t1.examine", "in_progress", at=later(1 + number / 100))
    status = command.status.model_copy(update={"status_id": f"again/{number}"})
    return command.model_copy(update={"id": f"again/{number}", "status": status})


def _split(*tracks: str) -> AnyCommand:
    return SplitCase(**by(STAFF, "a split", 6), tracks=tracks)


LACKS_A_STEP = passport("disability-assessment", step("decide", "mod")).model_copy(update={"version": "3"})
FOREIGN = attachment(77, "paper", later(5))
UNSENT = {"step": "t1.decide", "attempt": 1, "group": 1, "reference": "R"}

Row = tuple[Callable[[], Case], AnyCommand]

REFUSED: dict[str, Row] = {
    "attachment.foreign_appeal": (_begun, AddAttachment(**by(STAFF, "a", 5), attachment=FOREIGN)),
    "close.not_open": (_answered, close("t1", at=later(5))),
    "decide.no_agenda_item": (_begun, DecideAgendaItem(**by(COMMISSION, "d", 5), task="agenda/case/1")),
    "dispatch.superseded": (_begun, ReportDispatch(**by(SYSTEM, "d", 5), **UNSENT)),
    "extend.not_open": (_answered, _extend("late", 5)),
    "extend.extended_already": (_after(_begun, _extend("first", 5)), _extend("second", 5, 6)),
    "extend.too_long": (_begun, _extend("long", 31)),
    "extend.too_late": (_begun, _extend("late", 5, YEAR)),
    "hand_over.superseded": (_delivered, _gone()),
    "information.step_not_running": (
        _begun,
        ProvideInformation(**by(APPLICANT, "given", 5), step="t1.decide", sealed="sealed"),
    ),
    "join.same_case": (_begun, _join(into=receive(number=1).appeal.case_id)),
    "join.other_appeals": (_begun, _join().model_copy(update={"appeals": (appeal(77),)})),
    "join.too_many_appeals": (_begun, _join().model_copy(update={"appeals_there": MOST_APPEALS})),
    "join.nothing_open": (_answered, _join()),
    "join.other_applicant": (_begun, _join(applicant="somebody-else")),
    "join.not_pending": (_begun, _join(pending=False)),
    "message.superseded": (_begun, ReportMessage(**by(SYSTEM, "m", 5), message="none", group=1)),
    "migrate.no_open_track": (_begun, _migrate("m", "t2")),
    "migrate.same_version": (_after(_begun, _migrate("m", "t1")), _migrate("again", "t1")),
    "migrate.step_missing": (_begun, _migrate("m", "t1", LACKS_A_STEP)),
    "object.not_answered": (_begun, _object("o", 5)),
    "object.reviewed_already": (_after(_answered, _object("first", 5)), _object("second", 6)),
    "object.too_late": (_answered, _object("o", YEAR)),
    "place.not_triage": (_begun, place("t1.examine", PARALLEL)),
    "place.step_ended": (_placed, place("t1.triage", SEQUENTIAL).model_copy(update={"id": "again"})),
    "place.too_many_services": (_with_all_services, place("t1.triage", PARALLEL)),
    "rate.not_answered": (_begun, _rate("r")),
    "rate.rated_already": (_after(_answered, _rate("first")), _rate("second")),
    "reassign.no_such_step": (_triage, reassign("t1.triage", "moh")),
    "reassign.not_running": (_begun, reassign("t1.decide", "moh")),
    "reassign.same_agency": (_begun, reassign("t1.examine", "moh")),
    "reassign.not_connected": (_begun, reassign("t1.examine", "unknown")),
    "redispatch.not_running": (_triage, RedispatchStep(**by(STAFF, "r", 5), step="t1.triage", reason="lost")),
    "reopen.not_answered": (_begun, _reopen(5)),
    "reopen.too_late": (_answered, _reopen(YEAR)),
    "resume.not_suspended": (_begun, ResumeClock(**by(STAFF, "r", 5), step="t1.examine")),
    "settle.no_open_task": (_begun, _settle("agenda/t1.examine/1")),
    "settle.commission_decides": (_on_the_agenda, _settle("agenda/t1.examine/1")),
    "settle.must_be_told": (
        _after(_without_channels, report("t1.examine", "information_requested", at=later(2))),
        _settle("inform_applicant/t1.examine/1", "dismiss"),
    ),
    "settle.withdrawn": (
        _after(
            _begun,
            report("t1.examine", "fulfilled"),
            Withdraw(**by(APPLICANT, "w", 3), track="t1"),
            report("t1.examine", "refused", at=later(4)),
        ),
        _settle("contradictory_ends/t1.examine/1"),
    ),
    "split.no_open_track": (_begun, _split("t1", "t9")),
    "split.other_appeals": (_begun, _split("t1").model_copy(update={"appeals": (appeal(77),)})),
    "split.not_a_service": (_after(_answered, _object("o", 5)), _split("t2")),
    "suspend.no_running_norm": (_begun, _suspend("s", "t1.decide")),
    "suspend.suspended_already": (_after(_begun, _suspend("first")), _suspend("second")),
    "withdraw.nothing_open": (_answered, Withdraw(**by(APPLICANT, "w", 5))),
}

_CORRECTED = report("t1.examine", "corrected", sequence=3, at=later(5))
_FULFILLED = report("t1.examine", "fulfilled", sequence=2, at=later(4))

IGNORED: dict[str, Row] = {
    "status.agency_not_assigned": (_begun, report("t1.examine", "fulfilled", agency="mlspp")),
    "status.attempt_superseded": (
        _after(_begun, RedispatchStep(**by(STAFF, "r", 2), step="t1.examine", reason="lost")),
        report("t1.examine", "fulfilled", at=later(3)),
    ),
    "status.centre_reassigns": (_triage, report("t1.triage", "forwarded", agency="centre", actor=STAFF)),
    "status.contradicts_end": (
        _after(_begun, _FULFILLED),
        report("t1.examine", "refused", sequence=3, at=later(5)),
    ),
    "status.correction_waits": (
        _after(_begun, _FULFILLED, _CORRECTED),
        report("t1.examine", "corrected", sequence=4, at=later(6)),
    ),
    "status.nothing_to_correct": (_begun, _CORRECTED),
    "status.refusal_without_reason": (_begun, report("t1.examine", "refused", reason_code=None)),
    "status.repeated": (
        _after(_begun, _FULFILLED),
        _FULFILLED.model_copy(update={"id": "status/moh/again"}),
    ),
    "status.step_ended": (
        _after(_begun, _FULFILLED),
        report("t1.examine", "in_progress", sequence=1, at=later(5)),
    ),
    "status.step_not_sent": (_begun, report("t1.decide", "acknowledged", agency="mlspp")),
    "status.step_unknown": (_begun, report("t7.nothing", "acknowledged")),
    "status.superseded": (
        _after(_begun, report("t1.examine", "in_progress", sequence=2)),
        report("t1.examine", "acknowledged", sequence=1, at=later(5)),
    ),
    "status.too_many": (
        _after(_begun, *(_numbered(number) for number in range(MOST_STATEMENTS))),
        report("t1.examine", "in_progress", at=later(5)),
    ),
    "status.track_handed_over": (
        _after(_begun, SplitCase(**by(STAFF, "split", 2), tracks=("t1",))),
        report("t1.examine", "fulfilled", at=later(5)),
    ),
}

_OF_CORRECTIONS = {"status.earlier_end", "status.deadline_moved"}
"""Why a case undoes an end: no status is set aside for that."""


def _sources() -> Iterator[ast.AST]:
    for package in (workflows.case.decide, workflows.case.evolve):
        for path in sorted(Path(next(iter(package.__path__))).glob("*.py")):
            yield from ast.walk(ast.parse(path.read_text()))


def _refusal_codes() -> set[str]:
    """The second argument of every call of `refuse`, but for the code of a command's own permission."""
    calls = (node for node in _sources() if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "refuse")
    codes = [call.args[1] for call in named]
    others = [ast.unparse(code) for code in codes if not isinstance(code, ast.Constant)]
    assert others == ["permission.code"]
    return {str(code.value) for code in codes if isinstance(code, ast.Constant)}


def _status_codes() -> set[str]:
    texts = {node.value for node in _sources() if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"status\.[a-z_]+", text)}


def test_every_code_of_a_refusal_has_a_row() -> None:
    assert set(REFUSED) == _refusal_codes()


def test_every_code_of_a_status_that_is_set_aside_has_a_row() -> None:
    assert set(IGNORED) == _status_codes() - _OF_CORRECTIONS


@pytest.mark.parametrize("code", REFUSED)
def test_a_command_is_refused_with_its_code_and_changes_nothing(code: str) -> None:
    case, command = _after(REFUSED[code][0])(), REFUSED[code][1]
    before = case.state
    case.take(command)
    assert case.refusals() == [code]
    (refused,) = case.events
    assert refused.allowed.endswith(".")
    changed = {"seq", "head", "seen"}
    assert case.state.model_copy(update={name: getattr(before, name) for name in changed}) == before


@pytest.mark.parametrize("code", IGNORED)
def test_a_status_without_effect_is_kept_with_its_reason(code: str) -> None:
    case, command = _after(IGNORED[code][0])(), IGNORED[code][1]
    case.take(command)
    assert [event.reason for event in case.happened(StatusIgnored)] == [code]
    assert case.refusals() == []
