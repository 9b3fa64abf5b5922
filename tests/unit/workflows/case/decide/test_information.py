"""What an agency asks of the applicant, given in time, unasked or never."""

import pytest

from schemas.actors import SYSTEM
from schemas.case_lifecycle_events import TrackAnswered
from schemas.deadline_events import (
    ClockResumed,
    ClockSuspended,
)
from schemas.step_events import InformationLapsed, StepCancelled, StepInformationRequested
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    accept,
    later,
    of_person,
    placement,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT, REVIEW
from tests.hand_overs import taken
from workflows.case.clocks import deadlines, norm_of
from workflows.case.commands import (
    Object,
    ProvideInformation,
    ReportDispatch,
    SplitCase,
)
from workflows.case.outgoing import is_to_be_sent
from workflows.case.state import CaseState, StepState

CALENDAR = RULES.calendar


GO_ON = SEQUENTIAL.model_copy(update={"without_information": "go_on"})


def _due(case: Case, step: str = "t1.examine"):
    return norm_of(case.state.step(step)).due_at


def provide(hours: float) -> ProvideInformation:
    return ProvideInformation(
        id=f"provide/{hours}", actor=APPLICANT, received_at=later(hours), step="t1.examine", sealed="sealed"
    )


def _provide(step: str, hours: float) -> ProvideInformation:
    return ProvideInformation(
        id="provide", actor=APPLICANT, received_at=later(hours), step=step, sealed="sealed"
    )


def _watched(case: Case, step: str) -> set[str]:
    return {deadline.clock.kind for deadline in deadlines(case.state) if deadline.subject == step}


def test_while_the_applicant_is_asked_the_days_are_the_applicants() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "acknowledged", sequence=1))
    before = _due(case)
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(5)))
    assert case.happened(ClockSuspended)[0].suspension.charged_to == "applicant"
    case.take(provide(100))
    assert case.state.step("t1.examine").status == "in_progress"
    assert _due(case) == CALENDAR.shift(before, [(later(5), later(100))], later(0))
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


def test_the_applicant_has_their_time_from_when_they_can_be_notified() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "information_requested", sequence=1), now=later(24 * 15))
    (asked,) = case.happened(StepInformationRequested)
    assert asked.clock.started_at == later(24 * 15)


def test_what_is_given_before_the_assignment_arrived_keeps_it_on_its_way() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled"))
    case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))
    case.take(
        Object(id="object", actor=APPLICANT, received_at=later(5), track="t1", review=placement(REVIEW))
    )
    failed = {"step": "t2.review", "attempt": 1, "group": 1, "error_code": "adapter.away"}
    case.take(ReportDispatch(id="failed", actor=SYSTEM, received_at=later(6), **failed))
    case.take(_provide("t2.review", 7))
    assert is_to_be_sent(case.state.step("t2.review"))
    assert "acknowledgement" in _watched(case, "t2.review")
    assert [message.kind for message in case.state.messages] == ["information"]


def test_what_is_given_unasked_leaves_an_agency_that_took_it_on_as_it_was() -> None:
    case = Case().take(receive(SEQUENTIAL), accept("t1.examine"), _provide("t1.examine", 4))
    assert case.state.step("t1.examine").status == "acknowledged"


def _split(case: Case, hours: float) -> Case:
    """The case of its own that the one track gets."""
    case.take(SplitCase(id="split", actor=STAFF, received_at=later(hours), tracks=("t1",)))
    (hand_over,) = case.state.hand_overs
    new = Case()
    new.state = CaseState(case_id=hand_over.to_case)
    return new.take(taken(hand_over, hours + 1))


def _asked() -> Case:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    return case.take(report("t1.medical", "information_requested", sequence=2, at=later(3)))


def _is_waited_for_no_more(step: StepState) -> None:
    norm = norm_of(step)
    assert norm is not None
    assert not norm.suspended
    assert norm.due_at > later(0)
    assert {clock.kind for clock in step.clocks} == {"service_norm"}


def test_a_track_split_off_while_the_applicant_was_asked_runs_again() -> None:
    new = _split(_asked(), 20)
    _is_waited_for_no_more(new.state.step("t1.medical"))
    assert _watched(new, "t1.medical") == {"service_norm"}


def test_a_question_that_was_overtaken_by_an_answered_one_stops_no_clock() -> None:
    """It is heard after the answer; the agency's number has it before the question that was answered."""
    asked = report("t1.examine", "information_requested", at=later(30), status_id="answered")
    case = Case().take(receive(SEQUENTIAL), asked)
    given = {"step": "t1.examine", "sealed": "sealed"}
    case.take(ProvideInformation(id="given", actor=APPLICANT, received_at=later(50), **given))
    before = case.state.step("t1.examine")
    late = report("t1.examine", "information_requested", at=later(80), sequence=1, status_id="late")
    earlier = late.status.model_copy(update={"occurred_at": later(20)})
    case.take(late.model_copy(update={"status": earlier}))
    step = case.state.step("t1.examine")
    assert (step.status, norm_of(step)) == ("in_progress", norm_of(before))
    assert not norm_of(step).suspended
