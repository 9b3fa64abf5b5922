"""The clocks of a case: suspended, extended, revised, and their levels at and after a deadline."""

from datetime import date, timedelta

import pytest

from schemas.case_lifecycle_events import TaskRaised, TrackAnswered
from schemas.deadline_events import (
    ClockResumed,
    ClockRevised,
    ClockSuspended,
    DeadlineEscalated,
    TermExtended,
)
from schemas.step_events import InformationLapsed, StepCancelled, StepFulfilled
from tests.builders import RULES, SEQUENTIAL, STAFF, later, placement, receive, report
from tests.case import Case
from tests.commands import APPLICANT, COMMISSION, INSTRUCTION
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    DecideAgendaItem,
    ExtendTerm,
    ProvideInformation,
    ResumeClock,
    ReviseCalendar,
    SuspendClock,
)
from workflows.case.decide.decider import decide_all

CALENDAR = RULES.calendar
ASKED = report("t1.examine", "information_requested", sequence=1, at=later(5))
GO_ON = SEQUENTIAL.model_copy(update={"without_information": "go_on"})


def _due(case: Case, step: str = "t1.examine"):
    return norm_of(case.state.step(step)).due_at


def suspend(hours: float, step: str = "t1.examine", charged_to: str = "force_majeure") -> SuspendClock:
    return SuspendClock(
        id=f"suspend/{hours}",
        actor=STAFF,
        received_at=later(hours),
        step=step,
        charged_to=charged_to,
        reason="flood",
    )


def resume(hours: float, step: str = "t1.examine") -> ResumeClock:
    return ResumeClock(id=f"resume/{hours}", actor=STAFF, received_at=later(hours), step=step)


def extend(days: int, hours: float = 2) -> ExtendTerm:
    return ExtendTerm(
        id=f"extend/{days}/{hours}",
        actor=STAFF,
        received_at=later(hours),
        days=days,
        reason="information_requested",
    )


def provide(hours: float) -> ProvideInformation:
    return ProvideInformation(
        id=f"provide/{hours}", actor=APPLICANT, received_at=later(hours), step="t1.examine", sealed="sealed"
    )


def test_a_suspension_moves_the_deadline_by_exactly_the_working_time_lost() -> None:
    case = Case().take(receive(SEQUENTIAL))
    before = _due(case)
    case.take(suspend(4)).take(resume(76))
    lost = CALENDAR.working_time(later(4), later(76))
    assert lost > timedelta(0)
    assert _due(case) == CALENDAR.add_working_time(before, lost)
    assert case.happened(ClockSuspended)[0].suspension.charged_to == "force_majeure"


def test_a_suspended_clock_has_no_deadline_and_the_statutory_term_runs_on() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1)).take(suspend(4))
    term = case.state.clock.due_at
    case.fire_timers_until(term + timedelta(days=30))
    assert {event.subject for event in case.happened(DeadlineEscalated)} == {"case"}
    assert case.state.clock.due_at == term


def test_what_came_while_a_clock_stood_still_is_in_time_by_the_moved_deadline() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    late_for_the_first_due = _due(case) + timedelta(hours=20)
    case.take(suspend(4)).take(resume(4 + 24 * 8))
    case.take(report("t1.examine", "fulfilled", at=late_for_the_first_due, sequence=9))
    assert case.happened(StepFulfilled)[0].in_time


def test_levels_that_were_reached_are_not_reached_again_after_a_suspension() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    case.fire_timers_until(later(24 * 3))
    reached = len(case.state.step("t1.examine").reached)
    assert reached
    case.take(suspend(24 * 3 + 1)).take(resume(24 * 20)).fire_timers_until(later(24 * 120))
    all_reached = case.state.step("t1.examine").reached
    assert len(set(all_reached)) == len(all_reached) == len(RULES.escalation_policy)


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([suspend(2, "t9.nothing")], "suspend.no_running_norm"),
        ([suspend(2, "t1.decide")], "suspend.no_running_norm"),
        ([suspend(2), suspend(3)], "suspend.suspended_already"),
        ([resume(2)], "resume.not_suspended"),
        ([extend(31)], "extend.too_long"),
        ([extend(5), extend(6)], "extend.extended_already"),
        ([extend(5, hours=24 * 60)], "extend.too_late"),
        ([suspend(2).model_copy(update={"actor": APPLICANT})], "suspend.not_staff"),
        ([extend(5).model_copy(update={"actor": APPLICANT})], "extend.not_staff"),
    ],
)
def test_what_is_not_allowed_is_refused_with_a_code(commands, code: str) -> None:
    case = Case().take(receive(SEQUENTIAL))
    for command in commands:
        case.take(command)
    assert case.refusals() == [code]


def test_the_statutory_term_is_extended_once_with_its_own_basis() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(extend(10))
    clock = case.state.clock
    assert clock.due_at == CALENDAR.due_at(clock.started_at, 15 + 10)
    assert clock.extension_basis == RULES.terms.extension_basis
    assert case.happened(TermExtended)[0].reason == "information_requested"


def test_a_revised_calendar_moves_what_is_ahead_and_says_so() -> None:
    case = Case().take(receive(SEQUENTIAL))
    before, term = _due(case), case.state.clock.due_at
    holiday = CALENDAR.model_copy(
        update={"version": "2", "holidays": {date(2021, 8, 25): "a day of mourning"}}
    )
    case.take(ReviseCalendar(id="revise", actor=STAFF, received_at=later(3), calendar=holiday))
    moved = {(event.subject, event.clock.kind): event for event in case.happened(ClockRevised)}
    assert moved["t1.examine", "service_norm"].previous_due_at == before
    assert _due(case) == before + timedelta(days=1)
    assert moved["case", "statutory_term"].clock.due_at > term
    assert moved["case", "statutory_term"].clock.calendar == "az@2"


def test_nobody_becomes_late_by_a_revised_calendar() -> None:
    case = Case().take(receive(SEQUENTIAL))
    due = _due(case)
    longer = CALENDAR.model_copy(update={"version": "2", "weekend": ()})
    at = due - timedelta(hours=1)
    case.take(ReviseCalendar(id="revise", actor=STAFF, received_at=at, calendar=longer))
    assert _due(case) == due


def test_while_the_applicant_is_asked_the_days_are_the_applicants() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    before = _due(case)
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(5)))
    assert case.happened(ClockSuspended)[0].suspension.charged_to == "applicant"
    case.take(provide(100))
    assert case.state.step("t1.examine").status == "in_progress"
    assert _due(case) == CALENDAR.shift(before, [(later(5), later(100))])
    assert [message.kind for message in case.state.messages] == ["information"]


def test_an_agency_that_goes_on_by_itself_ends_the_waiting() -> None:
    case = Case().take(
        receive(SEQUENTIAL), report("t1.examine", "information_requested", sequence=1, at=later(5))
    )
    case.take(report("t1.examine", "in_progress", sequence=2, at=later(30)))
    assert case.happened(ClockResumed)[0].suspension.until == later(30)


@pytest.mark.parametrize(("passport", "outcome"), [(SEQUENTIAL, "refused"), (GO_ON, None)])
def test_without_an_answer_in_time_the_passport_says_what_follows(passport, outcome) -> None:
    case = Case().take(
        receive(passport), report("t1.examine", "information_requested", sequence=1, at=later(5))
    )
    clock = next(clock for clock in case.state.step("t1.examine").clocks if clock.kind == "information")
    assert clock.due_at == CALENDAR.due_at(later(5), RULES.terms.information)
    case.fire_timers_until(clock.due_at)
    assert case.happened(InformationLapsed)[0].rule == passport.without_information
    answered = case.happened(TrackAnswered)
    assert [answer.outcome for answer in answered] == ([outcome] if outcome else [])
    if outcome:
        assert case.happened(StepCancelled)[0].reason == "information.not_provided"
        assert answered[0].results[0].reason_code == "information.not_provided"
    else:
        assert not norm_of(case.state.step("t1.examine")).suspended


def test_silent_agencies_come_before_the_commission_and_its_decision_comes_back_as_a_step() -> None:
    case = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(24 * 60))
    agenda = [task for task in case.happened(TaskRaised) if task.kind == "agenda"]
    assert [(item.subject, item.before) for item in agenda] == [
        ("t1.examine", "commission"),
        ("case", "commission"),
    ]
    decision = DecideAgendaItem(
        id="decide",
        actor=COMMISSION,
        received_at=later(24 * 61),
        task=agenda[0].task,
        instruction=placement(INSTRUCTION),
        sealed_note="how",
    )
    case.take(decision)
    assert case.state.track("t2").sealed == "how"  # its agency is told
    assert case.state.step("t2.instruction").status == "dispatched"
    assert case.state.track("t2").purpose == "instruction"
    assert case.state.task(agenda[0].task).decision == "instructed"


def test_levels_come_in_their_order_with_working_days_after_the_deadline() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    levels = {level.code: level.at for level in norm_of(case.state.step("t1.examine")).levels}
    due = _due(case)
    assert levels["ministry"] == CALENDAR.due_at(due, 3)
    assert levels["commission"] == CALENDAR.due_at(due, 5)
    assert list(levels.values()) == sorted(levels.values())


def test_the_later_of_two_overlapping_suspensions_is_charged_for_the_rest() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    before = _due(case)
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(5)))
    case.take(suspend(10)).take(provide(30)).take(resume(50))
    assert _due(case) == CALENDAR.shift(before, [(later(5), later(50))])


def test_a_suspended_case_is_decided_by_values_alone() -> None:
    case = Case().take(receive(SEQUENTIAL))
    first = decide_all(case.state, [suspend(2)], later(2), RULES)
    assert first == decide_all(case.state, [suspend(2)], later(2), RULES)
