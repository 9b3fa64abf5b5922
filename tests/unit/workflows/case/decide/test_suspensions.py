"""A suspended service norm: its deadline, its levels, who is charged."""

from datetime import timedelta

import pytest

from schemas.deadline_events import (
    ClockSuspended,
    DeadlineEscalated,
)
from schemas.step_events import StepFulfilled
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    by,
    later,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    ExtendTerm,
    ProvideInformation,
    ResumeClock,
    SuspendClock,
)
from workflows.case.decide.decider import decide_all

CALENDAR = RULES.calendar


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
    lost = CALENDAR.working_time(later(18), later(76))  # the first day is not counted
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


def test_the_later_of_two_overlapping_suspensions_is_charged_for_the_rest() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    before = _due(case)
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(5)))
    case.take(suspend(10)).take(provide(30)).take(resume(50))
    assert _due(case) == CALENDAR.shift(before, [(later(5), later(50))], later(0))


def test_a_suspended_case_is_decided_by_values_alone() -> None:
    case = Case().take(receive(SEQUENTIAL))
    first = decide_all(case.state, [suspend(2)], later(2), RULES)
    assert first == decide_all(case.state, [suspend(2)], later(2), RULES)


def test_what_is_done_while_its_clock_stands_still_is_in_time() -> None:
    case = Case().take(receive(PARALLEL), report("t1.medical", "acknowledged", sequence=1))
    due = norm_of(case.state.step("t1.medical")).due_at
    flood = {"step": "t1.medical", "charged_to": "force_majeure", "reason": "flood"}
    case.take(SuspendClock(**by(STAFF, "flood", 10), **flood))
    case.take(report("t1.medical", "fulfilled", sequence=2, at=due + timedelta(hours=20)))
    assert case.happened(StepFulfilled)[0].in_time
    assert not norm_of(case.state.step("t1.medical")).suspended
