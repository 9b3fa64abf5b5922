"""The commands in the applicant's name: who reviews an answer that is contested."""

from casework.commands import applicant, staff
from catalogue.terms import CENTRE
from tests.builders import PARALLEL, later, receive, report
from tests.unit.casework.harness import CaseHarness, answered


def test_the_agency_above_the_one_that_refused_reviews() -> None:
    case = answered()
    assert case.execute(applicant.object_to("t1")) == "accepted"
    track = case.state.track("t2")
    assert track is not None and track.passport is not None
    assert (track.purpose, track.about, track.service) == ("review", "t1", "disability-assessment")
    assert (case.state.status, case.state.steps[-1].agency_id) == ("open", "mlspp")
    assert track.passport.steps[0].disclose == ("applicant.surname",)
    assert case.execute(applicant.object_to("t1")) == "object.reviewed_already"
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(5)))
    assert case.state.outcome == "satisfied"
    assert [track.outcome for track in case.state.tracks] == ["refused", "satisfied"]


def test_above_the_ministry_is_the_centre_with_the_time_of_a_review() -> None:
    case = answered(by="mlspp")
    assert case.execute(applicant.object_to("t1")) == "accepted"
    step = case.state.steps[-1]
    assert step.agency_id == CENTRE
    assert {clock.kind: clock.working_days for clock in step.clocks} == {
        "acknowledgement": 2,
        "service_norm": 15,
    }
    assert case.execute(staff.report("t2.review", "fulfilled"), at=later(6)) == "accepted"
    assert case.state.outcome == "satisfied"


def test_several_refusals_are_the_lead_agencys() -> None:
    case = CaseHarness().take(receive(PARALLEL))
    case.take(report("t1.medical", "refused"), report("t1.social", "refused", agency="mlspp", at=later(2)))
    track = case.state.track("t1")
    assert track is not None
    assert applicant.answered_by(case.state, track) == track.lead_agency == "moh"
