"""What a person must decide, and what follows from the decision."""

from datetime import timedelta

import pytest

from schemas.case_lifecycle_events import (
    TaskRaised,
    TrackAnswered,
)
from schemas.deadline_events import DeadlineEscalated
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    by,
    close,
    later,
    passport,
    place,
    placement,
    reassign,
    receive,
    report,
    step,
)
from tests.case import Case
from tests.commands import APPLICANT, COMMISSION
from workflows.case.commands import (
    DecideAgendaItem,
    ManualReview,
    ReopenTrack,
    SettleTask,
    Withdraw,
)


def answered(outcome: str = "fulfilled") -> Case:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(20)))
    return case.take(report("t1.decide", outcome, agency="mlspp", at=later(30)))


def _confirm(task: str, hours: float) -> SettleTask:
    return SettleTask(**by(STAFF, f"confirm/{task}", hours), task=task, decision="confirm")


def test_an_agency_calls_its_end_a_mistake_and_a_person_confirms_it() -> None:
    case = answered("refused")
    case.take(report("t1.decide", "corrected", agency="mlspp", at=later(40), sequence=8))
    (task,) = case.happened(TaskRaised)
    assert (task.kind, task.subject, case.state.status) == ("correction", "t1.decide", "answered")
    case.take(SettleTask(**by(STAFF, "staff/41", 41), task=task.task, decision="confirm"))
    assert (case.state.status, case.state.step("t1.decide").status) == ("open", "in_progress")
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=later(50), sequence=9))
    assert (case.state.outcome, case.state.opening) == ("satisfied", 2)


def test_a_dismissed_correction_changes_nothing() -> None:
    case = answered("refused")
    case.take(report("t1.decide", "corrected", agency="mlspp", at=later(40), sequence=8))
    case.take(SettleTask(**by(STAFF, "staff/41", 41), task=case.state.tasks[0].id, decision="dismiss"))
    assert (case.state.status, case.state.outcome) == ("answered", "refused")
    case.take(SettleTask(**by(STAFF, "staff/42", 42), task=case.state.tasks[0].id, decision="confirm"))
    assert case.refusals() == ["settle.no_open_task"]


def test_a_corrected_refusal_lets_the_steps_after_it_wait_again() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL), report("t1.examine", "refused", at=later(5)))
    assert case.state.step("t1.decide").status == "cancelled"
    case.take(report("t1.examine", "corrected", at=later(6), sequence=8))
    case.take(SettleTask(**by(STAFF, "staff/7", 7), task=case.state.tasks[0].id, decision="confirm"))
    assert case.state.step("t1.decide").status == "waiting"
    case.take(report("t1.examine", "fulfilled", at=later(8), sequence=9))
    assert case.state.step("t1.decide").status == "dispatched"


@pytest.mark.parametrize("decision", ["confirm", "place"])
def test_a_repeat_appeal_waits_for_a_person_with_the_law_named(decision: str) -> None:
    held = ManualReview(kind="repeat_appeal", earlier=(), legal_basis=RULES.terms.repeat_basis)
    case = Case().take(receive(SEQUENTIAL).model_copy(update={"manual_review": held}))
    (task,) = case.state.tasks
    assert (task.subject, task.legal_basis) == ("t1.triage", RULES.terms.repeat_basis)
    if decision == "confirm":
        case.take(SettleTask(**by(STAFF, "staff/5", 5), task=task.id, decision="confirm"))
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


def test_a_likely_duplicate_is_confirmed_by_the_decision_alone() -> None:
    held = ManualReview(kind="likely_duplicate", earlier=())
    case = Case().take(receive(SEQUENTIAL).model_copy(update={"manual_review": held}))
    (task,) = case.state.tasks
    count = len(case.events)
    case.take(_confirm(task.id, 5))
    assert [event.decision for event in case.events[count:]] == ["confirm"]
    assert case.state.step("t1.triage").running


def test_what_followed_on_a_mistaken_end_is_done_again() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(2), sequence=1))
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=later(10)))
    case.take(report("t1.examine", "corrected", at=later(11), sequence=2))
    case.take(_confirm("correction/t1.examine/1", 12))
    assert [step.status for step in case.state.steps] == ["in_progress", "waiting"]
    case.take(report("t1.examine", "refused", at=later(13), sequence=3))
    assert case.state.outcome == "refused"


def test_what_the_centre_closed_goes_on_when_an_end_was_mistaken() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(2), sequence=1))
    case.take(close("t1", at=later(4)), report("t1.examine", "corrected", at=later(5), sequence=2))
    case.take(_confirm("correction/t1.examine/1", 6))
    case.take(report("t1.examine", "fulfilled", at=later(9), sequence=3))
    assert case.state.step("t1.decide").status == "dispatched"


def test_nobody_works_again_on_what_was_withdrawn() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(2), sequence=1))
    case.take(Withdraw(**by(APPLICANT, "withdraw", 4)))
    case.take(report("t1.examine", "corrected", at=later(5), sequence=2))
    case.take(_confirm("correction/t1.examine/1", 6))
    assert case.refusals() == ["settle.withdrawn"]
    assert case.state.outcome == "withdrawn"


def test_what_was_to_be_decided_of_an_end_is_over_when_the_step_is_done_again() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused", at=later(2), sequence=1))
    case.take(report("t1.examine", "corrected", at=later(3), sequence=2))
    case.take(ReopenTrack(**by(STAFF, "again", 5), track="t1", reason="correction"))
    assert [task.decision for task in case.state.tasks] == ["superseded"]
    case.take(report("t1.examine", "fulfilled", at=later(9), sequence=3, attempt=2))
    case.take(report("t1.examine", "corrected", at=later(11), sequence=4, attempt=2))
    assert [task.id for task in case.state.tasks if task.decision is None] == ["correction/t1.examine/2"]


def test_every_instruction_of_the_commission_reaches_an_agency() -> None:
    case = Case().take(receive(PARALLEL))
    slow = passport("instruction", step("instruction", "samhi", resolve=10, acknowledge=9))
    for number, agency in enumerate(("mod", "moh"), start=1):
        task = f"agenda/t1.medical/{number}"
        while case.state.task(task) is None:
            case.fire()
        at = case.happened(DeadlineEscalated)[-1].due_at + timedelta(days=8)
        decided = {"id": f"decided/{number}", "actor": COMMISSION, "received_at": at}
        case.take(DecideAgendaItem(**decided, task=task, instruction=placement(slow)))
        case.take(reassign("t1.medical", agency, at=at + timedelta(hours=1)))
    assert [track.purpose for track in case.state.tracks].count("instruction") == 2
