"""Defects known from other systems of this kind, each with the test that it is not one of ours."""

from datetime import timedelta

import pytest

from schemas.actors import SYSTEM
from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import StepDelivered, StepDispatched, StepUndelivered
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, by, later, placement, receive, report
from tests.case import Case
from tests.commands import APPLICANT, REVIEW
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    AnnotateCase,
    Object,
    ProvideInformation,
    ReopenTrack,
    ReportDispatch,
    ResumeClock,
    SuspendClock,
)
from workflows.case.read_model import case_row, step_rows


def _refused() -> Case:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(20)))
    return case.take(report("t1.decide", "refused", agency="mlspp", at=later(30)))


@pytest.mark.parametrize("when", [1, 20, 70])
def test_an_edit_restarts_no_escalation_clock(when: int) -> None:
    untouched = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(24 * 30))
    edited = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(when))
    edited.take(AnnotateCase(**by(STAFF, "note", when), sealed_note="sealed"))
    edited.take(report("t1.examine", "note", at=later(when), sequence=1))
    edited.take(
        ReportDispatch(**by(SYSTEM, "sent", when), step="t1.examine", attempt=1, group=1, reference="R")
    )
    edited.fire_timers_until(later(24 * 30))

    def reached(case: Case) -> list[tuple[str, str]]:
        return [(event.subject, event.deadline) for event in case.happened(DeadlineEscalated)]

    assert reached(edited) == reached(untouched) != []
    assert edited.state.step("t1.examine").clocks == untouched.state.step("t1.examine").clocks


def test_a_pause_moves_the_deadline() -> None:
    case = Case().take(receive(SEQUENTIAL))
    before = norm_of(case.state.step("t1.examine")).due_at
    pause = {"step": "t1.examine", "charged_to": "centre", "reason": "flood"}
    case.take(SuspendClock(**by(STAFF, "pause", 4), **pause))
    assert step_rows(case.state)[0]["due_at"] is None
    case.take(ResumeClock(**by(STAFF, "resume", 52), step="t1.examine"))
    lost = RULES.calendar.working_time(later(18), later(52))  # the first day is not counted
    assert step_rows(case.state)[0]["due_at"] == RULES.calendar.add_working_time(before, lost)


def test_a_step_that_nobody_took_is_escalated_too() -> None:
    triage = Case().take(receive()).fire_timers_until(later(24 * 30))
    assert {event.subject for event in triage.happened(DeadlineEscalated)} == {"t1.triage", "case"}
    undelivered = Case().take(receive(SEQUENTIAL))
    failed = {"step": "t1.examine", "attempt": 1, "group": 1, "error_code": "adapter.away"}
    undelivered.take(ReportDispatch(**by(SYSTEM, "failed", 2), **failed)).fire_timers_until(later(24 * 30))
    assert "t1.examine" in {event.subject for event in undelivered.happened(DeadlineEscalated)}


def test_a_later_update_and_a_reopening_reach_the_agency() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "information_requested", at=later(3)))
    case.take(ProvideInformation(**by(APPLICANT, "gave", 9), step="t1.examine", sealed="sealed"))
    (message,) = case.state.messages
    assert (message.kind, message.agency_id, message.sealed) == ("information", "moh", None)
    assert case.state.information(message.step, "1") == "sealed"
    reopened = _refused().take(ReopenTrack(**by(STAFF, "again", 40), track="t1", reason="new_facts"))
    sent = reopened.happened(StepDispatched)[-1]
    assert (sent.step, sent.agency_id, sent.attempt) == ("t1.decide", "mlspp", 2)


def test_what_one_of_two_agencies_did_not_take_is_not_shown_as_sent() -> None:
    case = Case().take(receive(PARALLEL))
    sent = {"step": "t1.medical", "attempt": 1, "group": 1, "reference": "MOH-1"}
    failed = {"step": "t1.social", "attempt": 1, "group": 1, "error_code": "adapter.away"}
    case.take(
        ReportDispatch(**by(SYSTEM, "sent", 2), **sent), ReportDispatch(**by(SYSTEM, "failed", 2), **failed)
    )
    assert [event.step for event in case.happened(StepDelivered)] == ["t1.medical"]
    assert [event.step for event in case.happened(StepUndelivered)] == ["t1.social"]
    shown = {row["step"]: row["reference"] for row in step_rows(case.state)}
    assert shown == {"t1.social": None, "t1.medical": "MOH-1"}
    case.take(report("t1.medical", "fulfilled", at=later(9)))
    assert case_row(case.state, None)["status"] == "open"


def test_a_comment_does_not_restart_the_reopening_window() -> None:
    case = _refused()
    answered_at = case.state.track("t1").answered_at
    case.take(AnnotateCase(**by(STAFF, "note", 500), sealed_note="sealed"))
    case.take(report("t1.decide", "note", agency="mlspp", at=later(600), sequence=9))
    assert case.state.track("t1").answered_at == answered_at
    closes = RULES.calendar.due_at(answered_at, RULES.terms.reopening_window)
    head = {"actor": STAFF, "track": "t1", "reason": "new_facts"}
    case.take(ReopenTrack(id="late", received_at=closes + timedelta(seconds=1), **head))
    assert case.refusals() == ["reopen.too_late"]
    case.take(ReopenTrack(id="in-time", received_at=closes, **head))
    assert case.state.status == "open"


def test_an_objection_is_not_shut_out_by_a_reopening_that_ended() -> None:
    case = _refused().take(ReopenTrack(**by(STAFF, "again", 40), track="t1", reason="new_facts"))
    case.take(report("t1.decide", "refused", agency="mlspp", attempt=2, at=later(60)))
    objection = Object(**by(APPLICANT, "objection", 70), track="t1", review=placement(REVIEW))
    assert case.take(objection).refusals() == []
    assert case.state.step("t2.review").status == "dispatched"
