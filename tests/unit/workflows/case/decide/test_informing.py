"""Where nobody can be told, a person is asked to inform, and the applicant's time runs from that."""

from datetime import timedelta

import pytest

from schemas.actors import SYSTEM
from schemas.case_lifecycle_events import NoticeDelivered, NoticeUndelivered, TaskRaised, TaskSettled
from schemas.step_events import (
    InformationLapsed,
    InformationTermBegun,
    StepCancelled,
    StepInformationRequested,
)
from tests.builders import (
    RULES,
    SEQUENTIAL,
    STAFF,
    appeal,
    appeals_of,
    close,
    later,
    receive,
    report,
)
from tests.case import Case
from workflows.case.clocks import deadlines
from workflows.case.commands import (
    Command,
    ExtendTerm,
    ProvideInformation,
    ReassignStep,
    ReceiveAppeal,
    ReportNotice,
    SettleTask,
    SplitCase,
)
from workflows.case.state import CaseState

REFUSING = SEQUENTIAL.model_copy(update={"without_information": "refuse"})


def silent(command: ReceiveAppeal) -> ReceiveAppeal:
    """The same, with no channel agreed for notices."""
    return command.model_copy(update={"appeal": command.appeal.model_copy(update={"notice_channels": ()})})


def asked(*appeals: ReceiveAppeal) -> Case:
    """A case whose agency asks for information 20 hours after the appeals."""
    case = Case().take(*(appeals or (silent(receive(REFUSING)),)))
    return case.take(report("t1.examine", "information_requested", sequence=1, at=later(20)))


def staff(kind: type[Command], at: float, **more: object) -> Command:
    return kind(id=f"casework/{kind.__name__}/{at}", actor=STAFF, received_at=later(at), **more)


def settle(task: str, decision: str = "confirm", at: float = 30) -> Command:
    return staff(SettleTask, at, task=task, decision=decision)


def open_notices(case: Case) -> list[tuple[str, str]]:
    """Of what a person must still inform the applicant: the notice, and its subject."""
    tasks = (task for task in case.state.tasks if task.decision is None and task.kind == "inform_applicant")
    return [(task.notice or "", task.subject) for task in tasks]


def waits_for_the_applicant(state: CaseState) -> bool:
    return any(deadline.clock.kind == "information" for deadline in deadlines(state))


def test_a_question_of_which_nobody_can_be_notified_is_a_task_and_refuses_nobody():
    case = asked()
    (question,) = case.happened(StepInformationRequested)
    assert (question.clock, question.untold, question.overtaken) == (None, True, None)
    assert open_notices(case) == [("information", "t1.examine")]
    (raised,) = case.happened(TaskRaised)
    assert (raised.before, raised.notice) == ("centre", "information")
    case.fire_timers_until(later(24 * 60))
    assert case.state.step("t1.examine").status == "information_requested"
    assert case.happened(InformationLapsed) == case.happened(StepCancelled) == []


def test_the_applicant_s_time_runs_from_the_call():
    case = asked().take(settle("inform_applicant/t1.examine/1", at=24 * 7))
    (begun,) = case.happened(InformationTermBegun)
    told_at = later(24 * 7)
    assert begun.clock.started_at == told_at
    assert begun.clock.due_at == RULES.calendar.due_at(told_at, RULES.terms.information)
    assert waits_for_the_applicant(case.state) and open_notices(case) == []
    case.fire_timers_until(begun.clock.due_at - timedelta(minutes=1))
    assert case.happened(InformationLapsed) == []
    case.fire_timers_until(begun.clock.due_at)
    (lapsed,) = case.happened(InformationLapsed)
    assert (lapsed.due_at, lapsed.rule) == (begun.clock.due_at, "refuse")


def test_that_a_question_is_told_cannot_be_dismissed():
    case = asked().take(settle("inform_applicant/t1.examine/1", "dismiss"))
    assert case.refusals() == ["settle.must_be_told"]
    assert case.happened(TaskSettled) == case.happened(InformationTermBegun) == []
    assert open_notices(case) == [("information", "t1.examine")]


def test_that_anything_else_is_told_can_be_dismissed():
    case = Case().take(silent(receive(SEQUENTIAL)), close("t1", at=later(2)))
    case.take(settle("inform_applicant/t1/1", "dismiss", at=5))
    assert open_notices(case) == [] and case.refusals() == []


@pytest.mark.parametrize("status", ["in_progress", "fulfilled", "refused"])
def test_a_question_that_is_over_need_not_be_told(status):
    case = asked().take(report("t1.examine", status, sequence=2, at=later(25)))
    assert ("information", "t1.examine") not in open_notices(case)
    assert case.state.task("inform_applicant/t1.examine/1").decision == "superseded"


def test_what_was_given_before_the_call_ends_the_task():
    given = staff(ProvideInformation, 26, step="t1.examine", sealed="given")
    assert open_notices(asked().take(given)) == []


def test_a_second_question_after_the_call_is_told_anew():
    case = asked().take(settle("inform_applicant/t1.examine/1"))
    case.take(report("t1.examine", "in_progress", sequence=2, at=later(40)))
    case.take(report("t1.examine", "information_requested", sequence=3, at=later(50)))
    assert open_notices(case) == [("information", "t1.examine")]
    assert not waits_for_the_applicant(case.state)
    assert case.state.task("inform_applicant/t1.examine/2").decision is None


def test_a_second_question_before_the_call_is_told_with_the_first():
    case = asked().take(report("t1.examine", "information_requested", sequence=2, at=later(25)))
    assert open_notices(case) == [("information", "t1.examine")]


def test_with_an_agreed_channel_the_time_runs_from_the_question():
    case = asked(receive(REFUSING))
    (question,) = case.happened(StepInformationRequested)
    assert question.clock is not None and question.untold is None
    assert open_notices(case) == []


def test_one_appeal_with_a_channel_is_enough_for_what_concerns_all():
    both = asked(silent(receive(REFUSING)), receive(REFUSING, number=2))
    assert open_notices(both) == [] and waits_for_the_applicant(both.state)


def test_of_a_term_the_applicant_of_that_appeal_is_told():
    case = Case().take(silent(receive(SEQUENTIAL)), receive(SEQUENTIAL, number=2))
    extend = {"days": 5, "reason": "additional_study"}
    case.take(staff(ExtendTerm, 2, term=appeal(2).appeal_id, **extend))
    assert open_notices(case) == []
    case.take(staff(ExtendTerm, 3, term=appeal(1).appeal_id, **extend))
    assert open_notices(case) == [("extension", "case")]


def test_every_notice_that_nobody_can_get_is_a_task():
    case = Case().take(silent(receive(SEQUENTIAL)))
    case.take(staff(ReassignStep, 1, step="t1.examine", agency_id="samhi"))
    assert open_notices(case) == [("forwarding", "t1.examine")]
    case.take(report("t1.examine", "forwarded", agency="samhi", forward_to="moh", attempt=2, at=later(2)))
    assert open_notices(case) == [("forwarding", "t1.examine")]
    case.fire_timers_until(case.state.clock.due_at + timedelta(hours=1))
    assert ("delay", "case") in open_notices(case)
    case.take(close("t1", at=later(24 * 40)))
    assert ("answer", "t1") in open_notices(case)
    case.take(settle("inform_applicant/t1/1", at=24 * 41))
    assert ("answer", "t1") not in open_notices(case)


def test_an_answered_case_waits_for_nothing_but_the_call():
    case = Case().take(silent(receive(SEQUENTIAL)), close("t1", at=later(2)))
    assert case.state.status == "answered" and open_notices(case) == [("answer", "t1")]
    case.take(settle("inform_applicant/t1/1", at=5))
    assert case.state.status == "answered" and open_notices(case) == []


def test_what_must_be_told_goes_with_the_tracks():
    case = Case().take(silent(receive(SEQUENTIAL)), close("t1", at=later(2)))
    assert open_notices(case) == [("answer", "t1")]
    other = asked()
    split = staff(SplitCase, 40, tracks=("t1",), appeals=appeals_of(other.state))
    other.take(split)
    assert open_notices(other) == []
    (hand_over,) = other.state.hand_overs
    assert [(task.kind, task.notice) for task in hand_over.tasks] == [("inform_applicant", "information")]


def test_a_state_of_before_counts_as_told():
    known = receive(SEQUENTIAL)
    case = Case().take(silent(known))
    appeals = tuple(each.model_copy(update={"notice_channels": None}) for each in case.state.appeals)
    case.state = case.state.model_copy(update={"appeals": appeals})
    case.take(report("t1.examine", "information_requested", sequence=1, at=later(20)))
    assert open_notices(case) == [] and waits_for_the_applicant(case.state)


def reported(
    notice: str, subject: str, *, at: float, delivered: bool = False, about: str = "event-1"
) -> ReportNotice:
    """The notifier's report on the messages about the event `about`."""
    return ReportNotice(
        id=f"notice/{about}/{'delivered' if delivered else 'undelivered'}",
        actor=SYSTEM,
        received_at=later(at),
        about=about,
        notice=notice,
        subject=subject,
        delivered=delivered,
        reason=None if delivered else "smtp_550",
    )


def test_a_question_of_which_no_message_went_out_is_a_task_and_refuses_nobody():
    case = asked(receive(REFUSING)).take(reported("information", "t1.examine", at=30))
    assert open_notices(case) == [("information", "t1.examine")]
    assert not waits_for_the_applicant(case.state)
    (undelivered,) = case.happened(NoticeUndelivered)
    assert (undelivered.about, undelivered.reason) == ("event-1", "smtp_550")
    case.fire_timers_until(later(24 * 60))
    assert case.happened(InformationLapsed) == case.happened(StepCancelled) == []
    case.take(settle("inform_applicant/t1.examine/1", at=24 * 61))
    (begun,) = case.happened(InformationTermBegun)
    assert begun.clock.started_at == later(24 * 61)


def test_however_many_notices_fail_there_is_one_task_of_a_notice():
    case = asked(receive(REFUSING))
    for number in range(3):
        case.take(reported("information", "t1.examine", at=30, about=f"event-{number}"))
    assert open_notices(case) == [("information", "t1.examine")]
    assert len(case.happened(NoticeUndelivered)) == 3


def test_a_notice_that_goes_out_after_all_settles_the_task_and_begins_the_time():
    case = asked(receive(REFUSING)).take(reported("information", "t1.examine", at=30))
    case.take(reported("information", "t1.examine", at=31, delivered=True))
    assert open_notices(case) == []
    assert case.state.task("inform_applicant/t1.examine/1").decision == "notice.delivered"
    (begun,) = case.happened(InformationTermBegun)
    assert begun.clock.started_at == later(31)
    assert waits_for_the_applicant(case.state)


def test_a_notice_that_goes_out_after_the_call_changes_nothing():
    case = asked(receive(REFUSING)).take(reported("information", "t1.examine", at=30))
    case.take(settle("inform_applicant/t1.examine/1", at=40))
    case.take(reported("information", "t1.examine", at=41, delivered=True))
    (begun,) = case.happened(InformationTermBegun)
    assert begun.clock.started_at == later(40)
    assert len(case.happened(NoticeDelivered)) == 1


def test_of_a_question_that_is_over_nobody_need_be_told():
    case = asked(receive(REFUSING)).take(report("t1.examine", "fulfilled", sequence=2, at=later(25)))
    case.take(reported("information", "t1.examine", at=30))
    assert open_notices(case) == []


def test_an_answer_that_reached_nobody_is_a_task_of_the_answered_case():
    case = Case().take(receive(SEQUENTIAL), close("t1", at=later(2)))
    case.take(reported("answer", "t1", at=3), reported("receipt", "case", at=3, about="event-0"))
    assert case.state.status == "answered"
    assert open_notices(case) == [("answer", "t1"), ("receipt", "case")]
    case.take(settle("inform_applicant/t1/1", at=5))
    assert open_notices(case) == [("receipt", "case")]


def test_only_the_system_reports_on_notices():
    forged = reported("answer", "t1", at=3).model_copy(update={"actor": STAFF})
    assert Case().take(receive(SEQUENTIAL), forged).refusals() == ["notice.not_system"]
