"""How a case takes appeals, and how the staff place them."""

from catalogue.terms import CENTRE
from schemas.case_lifecycle_events import CaseAnswered, TrackAnswered
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    later,
    place,
    receive,
    report,
)
from tests.case import Case


def test_an_appeal_without_placement_goes_to_triage_with_the_forwarding_term():
    case = Case().take(receive())
    (step,) = case.state.steps
    assert (step.agency_id, step.status) == (CENTRE, "dispatched")
    assert [clock.kind for clock in step.clocks] == ["forwarding"]
    assert step.clocks[0].due_at.isoformat() == "2021-08-26T18:00:00+04:00"  # Mon + 3 working days


def test_placing_opens_the_service_and_triage_asks_for_no_answer():
    case = Case().take(receive()).take(place("t1.triage", SEQUENTIAL))
    assert case.state.step("t2.examine").status == "dispatched"
    case.take(report("t2.examine", "fulfilled"))
    case.take(report("t2.decide", "fulfilled", agency="mlspp"))
    assert [answer.service for answer in case.happened(TrackAnswered)] == [SEQUENTIAL.code]
    assert case.state.outcome == "satisfied"


def test_a_later_appeal_joins_and_opens_only_what_is_not_open():
    case = Case().take(receive(SEQUENTIAL))
    case.take(receive(SEQUENTIAL, PARALLEL, number=2, at=later(3)))
    assert [track.service for track in case.state.tracks] == [SEQUENTIAL.code, PARALLEL.code]
    assert len(case.state.appeals) == 2


def test_an_appeal_that_reaches_an_answered_case_opens_it_again():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused"))
    case.take(receive(SEQUENTIAL, number=2, at=later(5)))
    assert (case.state.status, case.state.opening) == ("open", 2)
    case.take(report("t2.examine", "refused", status_id="again"))
    assert [answer.opening for answer in case.happened(CaseAnswered)] == [1, 2]
