"""Withdrawing, closing, objecting, reopening, correcting, and what a person must decide."""

from datetime import timedelta

import pytest

from schemas.actors import SYSTEM
from schemas.case_lifecycle_events import (
    AnswerRated,
    CaseAnswered,
    CaseReopened,
    ObjectionRaised,
    TaskRaised,
    TrackAnswered,
)
from schemas.step_events import StatusIgnored, StepDispatched, StepRestored
from tests.builders import (
    CHANNEL,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    attachment,
    later,
    place,
    placement,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT, NEWER, REVIEW
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    CloseTrack,
    ManualReview,
    MigrateTrack,
    Object,
    RateAnswer,
    RedispatchStep,
    ReopenTrack,
    ReportMessage,
    SettleTask,
    Withdraw,
)
from workflows.case.decide.attachments import documents_of


def _staff(hours: float) -> dict[str, object]:
    return {"id": f"staff/{hours}", "actor": STAFF, "received_at": later(hours)}


def _system(hours: float) -> dict[str, object]:
    return {"id": f"system/{hours}", "actor": SYSTEM, "received_at": later(hours)}


def _applicant(hours: float) -> dict[str, object]:
    return {"id": f"applicant/{hours}", "actor": APPLICANT, "received_at": later(hours)}


def _channel(hours: float) -> dict[str, object]:
    return {"id": f"channel/{hours}", "actor": CHANNEL, "received_at": later(hours)}


def answered(outcome: str = "fulfilled") -> Case:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(20)))
    return case.take(report("t1.decide", outcome, agency="mlspp", at=later(30)))


def test_a_withdrawal_ends_the_case_and_recalls_what_agencies_do() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL)).take(Withdraw(**_applicant(5)))
    assert case.state.outcome == "withdrawn"
    assert {answer.outcome for answer in case.happened(TrackAnswered)} == {"withdrawn"}
    assert {(m.kind, m.agency_id) for m in case.state.messages} == {("recall", "moh"), ("recall", "mlspp")}
    assert case.take(Withdraw(**_applicant(6))).refusals() == ["withdraw.nothing_open"]


def test_one_track_is_withdrawn_and_the_other_goes_on() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL)).take(Withdraw(**_applicant(5), track="t1"))
    assert (case.state.track("t1").outcome, case.state.track("t2").outcome) == ("withdrawn", None)
    assert case.state.status == "open"


def test_a_recall_stays_until_the_agency_was_told_or_takes_no_messages() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(Withdraw(**_applicant(5)))
    (recall,) = case.state.messages
    failed = {"message": recall.id, "group": 1, "error_code": "adapter.away"}
    case.take(ReportMessage(**_system(6), **failed))
    assert case.state.messages[0].group == 2
    case.take(ReportMessage(**_system(7), **failed))
    assert case.refusals() == ["message.superseded"]
    case.take(
        ReportMessage(**_system(8), message=recall.id, group=2, error_code="adapter.none", permanent=True)
    )
    assert case.state.messages == ()
    (task,) = case.happened(TaskRaised)
    assert (task.kind, task.subject, task.before) == ("undelivered_message", recall.id, "centre")
    case.take(SettleTask(**_staff(9), task=task.task, decision="confirm"))
    assert case.state.task(task.task).decision == "confirm"


def test_the_centre_closes_a_track_with_its_own_reason() -> None:
    closing = CloseTrack(**_staff(5), track="t1", outcome="refused", reason="documents_missing")
    case = Case().take(receive(SEQUENTIAL)).take(closing)
    answer = case.happened(TrackAnswered)[0]
    assert (answer.outcome, answer.reason_code, case.state.status) == (
        "refused",
        "documents_missing",
        "answered",
    )
    assert [message.kind for message in case.state.messages] == ["recall"]


def test_an_objection_is_reviewed_in_a_track_of_its_own_and_once() -> None:
    objection = Object(**_applicant(40), track="t1", review=placement(REVIEW), sealed="why")
    case = answered("refused").take(objection)
    assert case.happened(CaseReopened)[0].reason == "objection"
    assert case.state.track("t2").sealed == "why"  # its agency is told
    assert (case.state.track("t2").purpose, case.state.track("t2").about) == ("review", "t1")
    assert case.state.step("t2.review").agency_id == "mlspp"
    case.take(Object(**_applicant(41), track="t1", review=placement(REVIEW)))
    assert case.refusals() == ["object.reviewed_already"]
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(50)))
    assert (case.state.status, case.state.outcome, case.state.opening) == ("answered", "satisfied", 2)
    assert [answer.opening for answer in case.happened(CaseAnswered)] == [1, 2]
    assert len(case.happened(ObjectionRaised)) == 1


@pytest.mark.parametrize(("days", "refused"), [(0, []), (1, ["object.too_late"])])
def test_the_window_for_an_objection_runs_from_the_answer_alone(days: int, refused: list[str]) -> None:
    case = answered("refused")
    case.take(AnnotateCase(**_staff(100), sealed_note="sealed"))
    case.take(report("t1.decide", "note", agency="mlspp", at=later(200), sequence=7))
    last = RULES.calendar.due_at(case.state.track("t1").answered_at, RULES.terms.objection_window)
    at = last + timedelta(days=days)
    objection = Object(id="late", actor=APPLICANT, received_at=at, track="t1", review=placement(REVIEW))
    assert case.take(objection).refusals() == refused


def test_a_reopened_track_reaches_its_agency_as_a_new_assignment() -> None:
    case = answered("refused").take(ReopenTrack(**_staff(40), track="t1", reason="new_facts"))
    assert case.happened(StepRestored)[0].step == "t1.decide"
    last = case.happened(StepDispatched)[-1]
    assert (last.step, last.attempt) == ("t1.decide", 2)
    case.take(report("t1.decide", "fulfilled", agency="mlspp", attempt=2, at=later(60)))
    assert (case.state.outcome, case.state.opening) == ("satisfied", 2)


def test_an_answer_is_rated_once() -> None:
    case = answered().take(RateAnswer(**_applicant(40), track="t1", score=5))
    case.take(RateAnswer(**_applicant(41), track="t1", score=1))
    assert [rating.score for rating in case.happened(AnswerRated)] == [5]
    assert case.refusals() == ["rate.rated_already"]
    assert Case().take(receive(SEQUENTIAL), RateAnswer(**_applicant(4), track="t1", score=3)).refusals() == [
        "rate.not_answered"
    ]


def test_a_refusal_without_reasons_is_not_accepted() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "refused", reason_code=None))
    assert case.happened(StatusIgnored)[0].reason == "status.refusal_without_reason"
    assert case.state.step("t1.examine").status == "dispatched"


def test_an_agency_calls_its_end_a_mistake_and_a_person_confirms_it() -> None:
    case = answered("refused")
    case.take(report("t1.decide", "corrected", agency="mlspp", at=later(40), sequence=8))
    (task,) = case.happened(TaskRaised)
    assert (task.kind, task.subject, case.state.status) == ("correction", "t1.decide", "answered")
    case.take(SettleTask(**_staff(41), task=task.task, decision="confirm"))
    assert (case.state.status, case.state.step("t1.decide").status) == ("open", "in_progress")
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=later(50), sequence=9))
    assert (case.state.outcome, case.state.opening) == ("satisfied", 2)


def test_a_dismissed_correction_changes_nothing() -> None:
    case = answered("refused")
    case.take(report("t1.decide", "corrected", agency="mlspp", at=later(40), sequence=8))
    case.take(SettleTask(**_staff(41), task=case.state.tasks[0].id, decision="dismiss"))
    assert (case.state.status, case.state.outcome) == ("answered", "refused")
    case.take(SettleTask(**_staff(42), task=case.state.tasks[0].id, decision="confirm"))
    assert case.refusals() == ["settle.no_open_task"]


def test_a_corrected_refusal_lets_the_steps_after_it_wait_again() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL), report("t1.examine", "refused", at=later(5)))
    assert case.state.step("t1.decide").status == "cancelled"
    case.take(report("t1.examine", "corrected", at=later(6), sequence=8))
    case.take(SettleTask(**_staff(7), task=case.state.tasks[0].id, decision="confirm"))
    assert case.state.step("t1.decide").status == "waiting"
    case.take(report("t1.examine", "fulfilled", at=later(8), sequence=9))
    assert case.state.step("t1.decide").status == "dispatched"


def test_a_step_sent_anew_keeps_its_clocks_and_the_old_assignment_is_recalled() -> None:
    case = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(24 * 3))
    before = case.state.step("t1.examine")
    case.take(RedispatchStep(**_staff(24 * 3 + 1), step="t1.examine", reason="lost"))
    after = case.state.step("t1.examine")
    assert (after.attempt, after.clocks) == (2, before.clocks)
    assert [message.id for message in case.state.messages] == ["recall/t1.examine/1"]
    case.fire_timers_until(later(24 * 90))
    assert len(set(case.state.step("t1.examine").reached)) == len(case.state.step("t1.examine").reached)


def test_a_track_moves_to_a_newer_passport_where_it_has_not_begun() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(MigrateTrack(**_staff(3), track="t1", placement=placement(NEWER)))
    case.take(report("t1.examine", "fulfilled", at=later(5)))
    assert case.state.step("t1.decide").agency_id == "mod"
    assert case.state.track("t1").passport.version == "disability-assessment-2"
    case.take(MigrateTrack(**_staff(6), track="t1", placement=placement(NEWER)))
    assert case.refusals() == ["migrate.same_version"]


@pytest.mark.parametrize("decision", ["confirm", "place"])
def test_a_repeat_appeal_waits_for_a_person_with_the_law_named(decision: str) -> None:
    held = ManualReview(kind="repeat_appeal", earlier=(), legal_basis=RULES.terms.repeat_basis)
    case = Case().take(receive(SEQUENTIAL).model_copy(update={"manual_review": held}))
    (task,) = case.state.tasks
    assert (task.subject, task.legal_basis) == ("t1.triage", RULES.terms.repeat_basis)
    if decision == "confirm":
        case.take(SettleTask(**_staff(5), task=task.id, decision="confirm"))
        assert (case.state.outcome, case.happened(TrackAnswered)[0].results[0].reason_code) == (
            "refused",
            "appeal.repeat",
        )
    else:
        case.take(place("t1.triage", SEQUENTIAL))
        assert (case.state.task(task.id).decision, case.state.step("t2.examine").status) == (
            "placed",
            "dispatched",
        )


def test_a_document_that_is_added_is_told_to_the_agencies_at_work_and_moves_no_clock() -> None:
    case = Case().take(receive(PARALLEL))
    before = [step.clocks for step in case.state.steps]
    case.take(AddAttachment(**_channel(2), attachment=attachment(1, "scan", later(2), "which one")))
    told = [(message.agency_id, message.kind, message.sealed) for message in case.state.messages]
    assert told == [("mlspp", "attachment", "which one"), ("moh", "attachment", "which one")]
    assert documents_of(case.state, case.state.messages[0]) == PARALLEL.documents
    assert [step.clocks for step in case.state.steps] == before
    assert len(case.state.attachments) == 1


def test_a_document_of_a_triage_or_an_answered_case_is_noted_and_one_of_another_case_is_not() -> None:
    case = Case().take(receive())
    case.take(AddAttachment(**_channel(2), attachment=attachment(1, "scan", later(2))))
    assert (len(case.state.attachments), case.state.messages) == (1, ())
    closed = answered()
    closed.take(AddAttachment(**_channel(50), attachment=attachment(1, "scan", later(50))))
    assert (closed.state.status, len(closed.state.attachments)) == ("answered", 1)
    closed.take(AddAttachment(**_channel(51), attachment=attachment(2, "scan", later(51))))
    assert closed.refusals() == ["attachment.foreign_appeal"]
