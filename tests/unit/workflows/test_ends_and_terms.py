"""When a case, or a step, is in time, and what becomes of what followed on an end that was none."""

from datetime import date, timedelta

import pytest

from schemas.case_lifecycle_events import CaseAnswered
from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import StepFulfilled, StepInformationRequested
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
from tests.case import Case, earliest
from tests.commands import APPLICANT, COMMISSION, REVIEW
from tests.packaged import packaged
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    DecideAgendaItem,
    FireTimer,
    Object,
    ReopenTrack,
    ReviseCalendar,
    SettleTask,
    SuspendClock,
    Withdraw,
)
from workflows.case.rules import Rules

LONG = passport(
    "housing", step("visit", "moh", resolve=14), step("offer", "mlspp", "visit", resolve=14), term=30
)
SHORT = passport("medicines", step("give", "moh"), term=15)


def _confirm(task: str, hours: float) -> SettleTask:
    return SettleTask(**by(STAFF, f"confirm/{task}", hours), task=task, decision="confirm")


def test_the_term_of_what_the_staff_found_runs_from_the_beginning() -> None:
    direct = Case().take(receive(LONG))
    placed = Case().take(receive()).take(place("t1.triage", LONG))
    assert placed.state.clock.due_at == direct.state.clock.due_at == RULES.calendar.due_at(later(0), 30)
    two = Case().take(receive(), receive(number=2)).take(place("t1.triage", LONG))
    assert two.state.clock.due_at == placed.state.clock.due_at


def test_of_two_terms_the_one_that_is_due_first_holds() -> None:
    joined = Case().take(receive(LONG)).take(receive(SHORT, number=2, at=later(24)))
    assert joined.state.clock.due_at == RULES.calendar.due_at(later(24), 15)
    longer = Case().take(receive(SHORT)).take(receive(LONG, number=2, at=later(24)))
    assert longer.state.clock.due_at == RULES.calendar.due_at(later(0), 15)
    found = Case().take(receive(LONG)).take(receive(number=2, at=later(24)))
    assert found.state.clock.due_at == RULES.calendar.due_at(later(0), 30)
    found.take(place("t2.triage", SHORT, at=later(30)))
    assert found.state.clock.due_at == RULES.calendar.due_at(later(24), 15)


def test_what_is_done_while_its_clock_stands_still_is_in_time() -> None:
    case = Case().take(receive(PARALLEL), report("t1.medical", "acknowledged", sequence=1))
    due = norm_of(case.state.step("t1.medical")).due_at
    flood = {"step": "t1.medical", "charged_to": "force_majeure", "reason": "flood"}
    case.take(SuspendClock(**by(STAFF, "flood", 10), **flood))
    case.take(report("t1.medical", "fulfilled", sequence=2, at=due + timedelta(hours=20)))
    assert case.happened(StepFulfilled)[0].in_time
    assert not norm_of(case.state.step("t1.medical")).suspended


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


def test_what_was_done_while_we_were_away_reaches_no_further() -> None:
    case = Case().take(receive(PARALLEL), report("t1.social", "fulfilled", agency="mlspp"))
    first = earliest(case.state)
    done = report("t1.medical", "fulfilled", sequence=2, at=first + timedelta(hours=3))
    case.take(FireTimer(id="timer/1", received_at=first), done, now=later(24 * 20))
    assert case.happened(StepFulfilled)[-1].in_time
    reached = [event.due_at for event in case.happened(DeadlineEscalated) if event.subject == "t1.medical"]
    assert reached == [first]


def test_the_applicant_has_their_time_from_when_they_can_be_notified() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "information_requested", sequence=1), now=later(24 * 15))
    (asked,) = case.happened(StepInformationRequested)
    assert asked.clock.started_at == later(24 * 15)


def test_a_revised_calendar_holds_for_what_comes_after_it_in_one_batch() -> None:
    calendar = RULES.calendar.model_copy(
        update={"version": "v2", "holidays": {date(2021, 8, 26): "mourning"}}
    )
    revised = ReviseCalendar(**by(STAFF, "revised", 2), calendar=calendar)
    case = Case().take(receive(SEQUENTIAL)).take(revised, report("t1.examine", "fulfilled", at=later(3)))
    assert norm_of(case.state.step("t1.decide")).calendar.endswith("@v2")


def test_the_rules_of_a_new_year_know_the_days_of_the_old_one() -> None:
    catalogue = packaged()
    first, _ = catalogue.calendar.years
    january = later(0).replace(year=first + 2, month=1, day=4)
    assert Rules.of(catalogue, january).calendar.years[0] == first + 1
    assert Rules.of(catalogue, january.replace(year=first)).calendar.years[0] == first


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


def test_a_new_answer_can_be_objected_to() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(2)))
    case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))
    case.take(Object(**by(APPLICANT, "first", 5), track="t1", review=placement(REVIEW)))
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(30)))
    case.take(ReopenTrack(**by(STAFF, "again", 40), track="t1", reason="review"))
    case.take(report("t1.decide", "refused", agency="mlspp", attempt=2, at=later(60), sequence=9))
    case.take(Object(**by(APPLICANT, "second", 70), track="t1", review=placement(REVIEW)))
    assert case.refusals() == []


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
