"""What ends a track without its agencies, and what follows its answer."""

from datetime import timedelta

import pytest

from schemas.case_lifecycle_events import (
    AnswerRated,
    CaseAnswered,
    CaseReopened,
    ObjectionRaised,
    TrackAnswered,
    TrackOpened,
)
from schemas.step_events import (
    StepDispatched,
    StepRestored,
)
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    by,
    later,
    placement,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT, REVIEW
from workflows.case.commands import (
    AnnotateCase,
    CloseTrack,
    Object,
    RateAnswer,
    ReopenTrack,
    Withdraw,
)


def answered(outcome: str = "fulfilled") -> Case:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(20)))
    return case.take(report("t1.decide", outcome, agency="mlspp", at=later(30)))


def test_a_withdrawal_ends_the_case_and_recalls_what_agencies_do() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL)).take(Withdraw(**by(APPLICANT, "applicant/5", 5)))
    assert case.state.outcome == "withdrawn"
    assert {answer.outcome for answer in case.happened(TrackAnswered)} == {"withdrawn"}
    assert {(m.kind, m.agency_id) for m in case.state.messages} == {("recall", "moh"), ("recall", "mlspp")}
    assert case.take(Withdraw(**by(APPLICANT, "applicant/6", 6))).refusals() == ["withdraw.nothing_open"]


def test_one_track_is_withdrawn_and_the_other_goes_on() -> None:
    case = (
        Case()
        .take(receive(SEQUENTIAL, PARALLEL))
        .take(Withdraw(**by(APPLICANT, "applicant/5", 5), track="t1"))
    )
    assert (case.state.track("t1").outcome, case.state.track("t2").outcome) == ("withdrawn", None)
    assert case.state.status == "open"


def test_the_centre_closes_a_track_with_its_own_reason() -> None:
    closing = CloseTrack(**by(STAFF, "staff/5", 5), track="t1", outcome="refused", reason="documents_missing")
    case = Case().take(receive(SEQUENTIAL)).take(closing)
    answer = case.happened(TrackAnswered)[0]
    assert (answer.outcome, answer.reason_code, case.state.status) == (
        "refused",
        "documents_missing",
        "answered",
    )
    assert [message.kind for message in case.state.messages] == ["recall"]


def test_an_objection_is_reviewed_in_a_track_of_its_own_and_once() -> None:
    objection = Object(
        **by(APPLICANT, "applicant/40", 40), track="t1", review=placement(REVIEW), sealed="why"
    )
    case = answered("refused").take(objection)
    assert case.happened(CaseReopened)[0].reason == "objection"
    assert case.state.track("t2").sealed == "why"  # its agency is told
    assert (case.state.track("t2").purpose, case.state.track("t2").about) == ("review", "t1")
    assert case.state.step("t2.review").agency_id == "mlspp"
    case.take(Object(**by(APPLICANT, "applicant/41", 41), track="t1", review=placement(REVIEW)))
    assert case.refusals() == ["object.reviewed_already"]
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(50)))
    assert (case.state.status, case.state.outcome, case.state.opening) == ("answered", "satisfied", 2)
    assert [answer.opening for answer in case.happened(CaseAnswered)] == [1, 2]
    assert len(case.happened(ObjectionRaised)) == 1


@pytest.mark.parametrize("beside", [(), (PARALLEL,)])
def test_a_review_names_its_own_term_whether_the_case_is_open_or_answered(beside) -> None:
    case = Case().take(receive(SEQUENTIAL, *beside), report("t1.examine", "refused", at=later(20)))
    case.take(Object(**by(APPLICANT, "applicant/40", 40), track="t1", review=placement(REVIEW)))
    opened = case.happened(TrackOpened)[-1]
    assert opened.clock.due_at == RULES.calendar.due_at(later(40), RULES.terms.review)
    term = case.state.term(opened.track)
    assert (term.clock, term.tracks, term.ended) == (opened.clock, (opened.track,), False)
    assert len(case.state.terms) == 2


@pytest.mark.parametrize(("days", "refused"), [(0, []), (1, ["object.too_late"])])
def test_the_window_for_an_objection_runs_from_the_answer_alone(days: int, refused: list[str]) -> None:
    case = answered("refused")
    case.take(AnnotateCase(**by(STAFF, "staff/100", 100), sealed_note="sealed"))
    case.take(report("t1.decide", "note", agency="mlspp", at=later(200), sequence=7))
    last = RULES.calendar.due_at(case.state.track("t1").answered_at, RULES.terms.objection_window)
    at = last + timedelta(days=days)
    objection = Object(id="late", actor=APPLICANT, received_at=at, track="t1", review=placement(REVIEW))
    assert case.take(objection).refusals() == refused


def test_a_reopened_track_reaches_its_agency_as_a_new_assignment() -> None:
    case = answered("refused").take(ReopenTrack(**by(STAFF, "staff/40", 40), track="t1", reason="new_facts"))
    assert case.happened(StepRestored)[0].step == "t1.decide"
    last = case.happened(StepDispatched)[-1]
    assert (last.step, last.attempt) == ("t1.decide", 2)
    case.take(report("t1.decide", "fulfilled", agency="mlspp", attempt=2, at=later(60)))
    assert (case.state.outcome, case.state.opening) == ("satisfied", 2)


def test_an_answer_is_rated_once() -> None:
    case = answered().take(RateAnswer(**by(APPLICANT, "applicant/40", 40), track="t1", score=5))
    case.take(RateAnswer(**by(APPLICANT, "applicant/41", 41), track="t1", score=1))
    assert [rating.score for rating in case.happened(AnswerRated)] == [5]
    assert case.refusals() == ["rate.rated_already"]
    assert Case().take(
        receive(SEQUENTIAL), RateAnswer(**by(APPLICANT, "applicant/4", 4), track="t1", score=3)
    ).refusals() == ["rate.not_answered"]


def test_a_new_answer_can_be_objected_to() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(2)))
    case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))
    case.take(Object(**by(APPLICANT, "first", 5), track="t1", review=placement(REVIEW)))
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(30)))
    case.take(ReopenTrack(**by(STAFF, "again", 40), track="t1", reason="review"))
    case.take(report("t1.decide", "refused", agency="mlspp", attempt=2, at=later(60), sequence=9))
    case.take(Object(**by(APPLICANT, "second", 70), track="t1", review=placement(REVIEW)))
    assert case.refusals() == []
