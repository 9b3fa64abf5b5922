"""What follows by itself: the next steps, the answers of tracks and of the case."""

from datetime import timedelta

import pytest

from catalogue.terms import CENTRE
from schemas.case_lifecycle_events import CaseAnswered, TrackAnswered
from schemas.step_events import StepCancelled
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    later,
    passport,
    receive,
    report,
    step,
)
from tests.case import Case


def test_sequential_steps_follow_each_other_and_end_in_one_answer():
    case = Case().take(receive(SEQUENTIAL))
    assert [step.status for step in case.state.steps] == ["dispatched", "waiting"]
    case.take(report("t1.examine", "fulfilled"))
    assert [step.status for step in case.state.steps] == ["fulfilled", "dispatched"]
    assert not case.happened(CaseAnswered)
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=later(30)))
    assert (case.state.status, case.state.outcome, case.state.in_time) == ("answered", "satisfied", True)
    assert len(case.happened(TrackAnswered)) == len(case.happened(CaseAnswered)) == 1


def test_a_refusal_cancels_what_waits_for_it():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused", reason_code="not_entitled"))
    assert [payload.step for payload in case.happened(StepCancelled)] == ["t1.decide"]
    assert case.state.outcome == "refused"


def test_parallel_steps_are_sent_together_and_one_refusal_is_partial():
    case = Case().take(receive(PARALLEL))
    assert [step.status for step in case.state.steps] == ["dispatched", "dispatched"]
    case.take(report("t1.medical", "fulfilled"), report("t1.social", "refused", agency="mlspp"))
    assert case.state.outcome == "partly_satisfied"


def test_triage_that_finds_no_agency_ends_as_not_competent():
    refusal = report("t1.triage", "refused", agency=CENTRE, actor=STAFF, reason_code="not_competent")
    case = Case().take(receive()).take(refusal)
    assert case.state.outcome == "not_competent"


def test_the_lead_of_a_local_service_is_the_agency_of_the_district():
    land = passport("land-plot", step("decide", "local-executive"))
    case = Case().take(receive(land, decide="nasimi-executive"))
    assert case.state.tracks[0].lead_agency == "nasimi-executive"


@pytest.mark.parametrize("late_first", [True, False])
def test_a_case_is_in_time_by_what_came_last_and_not_by_what_was_recorded_last(late_first: bool) -> None:
    case = Case().take(receive(PARALLEL))
    due = case.state.clock.due_at
    ends = [
        report("t1.social", "fulfilled", agency="mlspp", at=due + timedelta(hours=1)),
        report("t1.medical", "fulfilled", at=due - timedelta(hours=1)),
    ]
    for end in ends if late_first else reversed(ends):
        case.take(end, now=due + timedelta(hours=2))
    assert [answer.in_time for answer in case.happened(CaseAnswered)] == [False]
