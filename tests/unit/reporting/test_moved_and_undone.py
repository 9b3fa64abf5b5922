"""The report where a clock moved, or where an end was undone."""

from datetime import date
from typing import Any

import pytest

from schemas.actors import Actor
from schemas.clocks import ChargedTo
from schemas.step_events import StepFulfilled
from tests.builders import RULES, SEQUENTIAL, STAFF, later, of_person, passport, place, receive, report, step
from tests.case import Case
from tests.hand_overs import taken
from tests.unit.reporting.comparing import agreed
from workflows.case.commands import (
    ExtendTerm,
    FireTimer,
    ProvideInformation,
    RedispatchStep,
    ReopenTrack,
    ResumeClock,
    ReviseCalendar,
    SettleTask,
    SplitCase,
    SuspendClock,
)
from workflows.case.state import CaseState

DAY = 24
GIVE = "t1.give"
PROSTHESIS = passport("prosthetics", step("give", "moh", resolve=5))
"""Sent on Monday, 23 August; due on the Monday after, in the evening."""


def _case(*of: Any) -> Case:
    return Case().take(of_person(receive(*of)))


def _staff(hours: float) -> dict[str, Any]:
    return {"id": f"staff/{hours}", "actor": STAFF, "received_at": later(hours)}


def _figures(case: Case, days: float, part: str) -> Any:
    return agreed(later(days * DAY), case.history)[part]


def _moh(case: Case, days: float) -> dict[str, int]:
    return {name: count for name, count in _figures(case, days, "agencies")["moh"].items() if count}


def _suspended(whom: ChargedTo, days: float) -> SuspendClock:
    return SuspendClock(**_staff(days * DAY), step=GIVE, charged_to=whom, reason="other")


def _resumed(days: float) -> ResumeClock:
    return ResumeClock(**_staff(days * DAY), step=GIVE)


def _reported(status: str, days: float, sequence: int, **more: Any) -> Any:
    return report(GIVE, status, at=later(days * DAY), sequence=sequence, **more)


def _confirmed(case: Case, days: float, step: str = GIVE, agency: str = "moh") -> Case:
    """The agency corrects its end, and the staff confirm that it was a mistake."""
    case.take(report(step, "corrected", agency=agency, at=later(days * DAY), sequence=50))
    (task,) = (task.id for task in case.state.tasks if task.decision is None)
    return case.take(SettleTask(**_staff(days * DAY + 1), task=task, decision="confirm"))


def test_an_appeal_is_placed_after_its_triage_was_reopened() -> None:
    refusal = report(
        "t1.triage", "refused", agency="centre", actor=STAFF, at=later(DAY), reason_code="not_competent"
    )
    case = _case().take(refusal).take(ReopenTrack(**_staff(2 * DAY), track="t1", reason="other"))
    assert _figures(case, 2.5, "directions") == {"triage": {"asked": 1, "open": 1}}
    case.take(place("t1.triage", PROSTHESIS, at=later(3 * DAY)))
    assert _figures(case, 5, "directions") == {
        "prosthetics": {"asked": 1, "open": 1},
        "triage": {"asked": 1, "placed": 1},
    }


@pytest.mark.parametrize("whom", ["applicant", "agency", "centre", "force_majeure"])
def test_days_of_a_suspension_are_charged_as_it_says_and_make_nobody_late(whom: ChargedTo) -> None:
    case = _case(PROSTHESIS).take(_suspended(whom, 1)).take(_resumed(4))
    assert _moh(case, 8.1) == {"assignments": 1, "open": 1}
    case.take(_reported("fulfilled", 8, 1))
    assert case.happened(StepFulfilled)[0].in_time
    assert _moh(case, 9) == {"assignments": 1, "fulfilled": 1, "median_days": 6, "p90_days": 6}
    expected = {"agency": 6} if whom == "agency" else {"agency": 3, whom: 3}
    assert _figures(case, 9, "days_charged") == expected


def test_a_clock_that_stands_still_is_not_late_until_it_runs_again() -> None:
    case = _case(PROSTHESIS).take(_suspended("centre", 1))
    assert _moh(case, 20) == {"assignments": 1, "open": 1}
    case.take(_resumed(20))
    assert _moh(case, 20.1) == {"assignments": 1, "open": 1}
    assert _moh(case, 28) == {"assignments": 1, "open": 1, "late": 1}


def test_what_the_clock_was_when_a_step_was_forwarded_decides_whether_that_was_late() -> None:
    still = _case(PROSTHESIS).take(_suspended("centre", 1))
    for case, late in ((still, 0), (_case(PROSTHESIS), 1)):
        case.take(_reported("forwarded", 9, 1, forward_to="mlspp"))
        assert _moh(case, 10).get("late", 0) == late


def test_a_term_that_was_extended_is_not_late() -> None:
    case = _case(PROSTHESIS).take(ExtendTerm(**_staff(DAY), days=10, reason="other"))
    assert _figures(case, 23, "answers") == {"open_in_time": 1}
    assert _figures(case, 36, "answers") == {"open_late": 1}


def test_deadlines_that_a_revised_calendar_moved_are_those_that_count() -> None:
    mourning = {date(2021, 8, day): "a day of mourning" for day in (25, 26, 27)}
    calendar = RULES.calendar.model_copy(update={"version": "2", "holidays": mourning})
    case = _case(PROSTHESIS)
    assert (_moh(case, 8)["late"], _figures(case, 22, "answers")) == (1, {"open_late": 1})
    case.take(ReviseCalendar(**_staff(DAY), calendar=calendar))
    assert "late" not in _moh(case, 8) and _moh(case, 11)["late"] == 1
    assert _figures(case, 22, "answers") == {"open_in_time": 1}


def test_a_step_sent_anew_is_one_period_of_two_assignments() -> None:
    case = _case(PROSTHESIS).take(RedispatchStep(**_staff(4 * DAY), step=GIVE, reason="other"))
    case.take(_reported("fulfilled", 8, 1, attempt=2))
    assert _moh(case, 9) == {
        "assignments": 2,
        "redispatched": 1,
        "fulfilled": 1,
        "late": 1,
        "median_days": 6,
        "p90_days": 6,
    }
    assert _figures(case, 9, "days_charged") == {"agency": 6}


def test_a_clock_that_a_step_sent_anew_has_kept_is_late_once() -> None:
    case = _case(PROSTHESIS).take(RedispatchStep(**_staff(9 * DAY), step=GIVE, reason="other"))
    assert _moh(case, 10) == {"assignments": 2, "redispatched": 1, "open": 1, "late": 1}


def test_a_running_step_that_must_wait_again_ends_as_restored() -> None:
    case = _case(SEQUENTIAL).take(report("t1.examine", "fulfilled", at=later(DAY), sequence=1))
    case.take(report("t1.examine", "corrected", at=later(3 * DAY), sequence=2))
    case.take(SettleTask(**_staff(3 * DAY), task=case.state.tasks[0].id, decision="confirm"))
    found = agreed(later(4 * DAY), case.history)
    assert found["agencies"]["mlspp"] == {
        "assignments": 1,
        "restored": 1,
        "late": 0,
        "median_days": 2,
        "p90_days": 2,
    }
    assert found["agencies"]["moh"]["open"] == 1
    assert found["days_charged"] == {"agency": 4 + 2}
    case.take(report("t1.examine", "fulfilled", at=later(4 * DAY), sequence=3))
    assert agreed(later(7 * DAY), case.history)["days_charged"] == {"agency": 4 + 2 + 1}


def test_days_after_the_applicant_has_answered_are_the_agencys() -> None:
    answer = ProvideInformation(
        id="answer",
        actor=Actor(kind="applicant", id="a"),
        received_at=later(2 * DAY),
        step=GIVE,
        sealed="sealed",
    )
    case = _case(PROSTHESIS).take(_reported("information_requested", 1, 1)).take(answer)
    case.take(_reported("fulfilled", 8, 2))
    assert case.happened(StepFulfilled)[0].in_time and "late" not in _moh(case, 9)
    assert _figures(case, 9, "days_charged") == {"agency": 5, "applicant": 1}


def test_days_after_the_applicants_time_has_passed_are_the_agencys() -> None:
    patient = PROSTHESIS.model_copy(update={"without_information": "go_on"})
    case = _case(patient).take(_reported("information_requested", 1, 1))
    case.take(FireTimer(id="lapse", received_at=later(15 * DAY + 8)))  # Tuesday evening, 7 September
    case.take(_reported("fulfilled", 18, 2))
    assert _figures(case, 19, "days_charged") == {"agency": 4, "applicant": 10}


def test_an_answer_that_reaches_the_centre_ends_its_waiting_too() -> None:
    asked = report(
        "t1.triage", "information_requested", agency="centre", actor=STAFF, at=later(DAY), sequence=1
    )
    given = ProvideInformation(**_staff(2 * DAY), step="t1.triage", sealed="sealed")
    case = _case().take(asked).take(given)
    assert _figures(case, 4, "days_charged") == {"applicant": 1, "centre": 3}


def test_of_two_suspensions_at_once_the_first_that_was_ordered_is_charged() -> None:
    case = (
        _case(PROSTHESIS).take(_suspended("force_majeure", 1)).take(_reported("information_requested", 2, 1))
    )
    case.take(_resumed(4)).take(_reported("in_progress", 8, 2))
    assert _figures(case, 9, "days_charged") == {"agency": 1 + 1, "force_majeure": 3, "applicant": 2}


def test_an_end_that_was_undone_is_taken_back_and_the_real_one_counts() -> None:
    case = _confirmed(_case(PROSTHESIS).take(_reported("fulfilled", 1, 1)), 2)
    assert _figures(case, 3, "directions") == {"prosthetics": {"asked": 1, "open": 1}}
    assert _moh(case, 3) == {"assignments": 1, "open": 1}
    case.take(_reported("refused", 22, 51))
    found = agreed(later(23 * DAY), case.history)
    assert found["directions"] == {"prosthetics": {"asked": 1, "refused": 1}}
    assert _moh(case, 23) == {"assignments": 1, "refused": 1, "late": 1, "median_days": 16, "p90_days": 16}
    assert found["days_charged"] == {"agency": 16}


def test_a_suspension_ends_with_the_step_also_where_that_end_is_undone() -> None:
    case = _case(PROSTHESIS).take(_suspended("centre", 1)).take(_reported("fulfilled", 2, 1))
    assert _figures(case, 8, "days_charged") == {"agency": 1, "centre": 1}
    _confirmed(case, 8)
    assert _moh(case, 8.1) == {"assignments": 1, "open": 1}
    assert _figures(case, 10, "days_charged") == {"agency": 7, "centre": 1}


def test_who_waited_before_an_end_waits_no_more_when_that_is_undone() -> None:
    asked, refused = (
        report("t1.triage", status, agency="centre", actor=STAFF, at=later(day * DAY), sequence=day)
        for day, status in enumerate(("information_requested", "refused"), start=1)
    )
    case = _confirmed(_case().take(asked).take(refused), 3, "t1.triage", "centre")
    assert _figures(case, 4, "days_charged") == {"applicant": 1, "centre": 3}


def test_an_end_that_came_with_its_track_is_undone_where_the_track_is_now() -> None:
    first = _case(SEQUENTIAL, PROSTHESIS).take(report("t1.examine", "fulfilled", at=later(DAY), sequence=1))
    first.take(report("t1.examine", "corrected", at=later(DAY), sequence=2))
    (hand_over,) = first.take(SplitCase(**_staff(2 * DAY), tracks=("t1",))).state.hand_overs
    other = Case()
    other.state = CaseState(case_id=hand_over.to_case)
    other.take(taken(hand_over, 2 * DAY + 1))
    other.take(SettleTask(**_staff(3 * DAY), task=other.state.tasks[0].id, decision="confirm"))
    other.take(report("t1.examine", "refused", at=later(9 * DAY), sequence=3, attempt=2))
    agencies = agreed(later(10 * DAY), other.history)["agencies"]
    assert (agencies["moh"]["refused"], agencies["moh"]["late"], agencies["moh"]["median_days"]) == (1, 1, 6)


def test_a_clock_that_another_case_took_over_counts_there() -> None:
    case = _case(PROSTHESIS).take(SplitCase(**_staff(9 * DAY), tracks=("t1",)))
    (hand_over,) = case.state.hand_overs
    other = Case()
    other.state = CaseState(case_id=hand_over.to_case)
    other.take(taken(hand_over, 9 * DAY + 1))
    agencies = agreed(later(10 * DAY), case.history, other.history)["agencies"]
    assert (agencies["moh"]["late"], agencies["moh"]["cancelled"], agencies["moh"]["open"]) == (1, 1, 1)


def test_an_answered_track_that_is_worked_on_again_is_open() -> None:
    case = _case(PROSTHESIS).take(_reported("fulfilled", 1, 1))
    case.take(ReopenTrack(**_staff(2 * DAY), track="t1", reason="other"))
    found = agreed(later(5 * DAY), case.history)
    assert found["directions"] == {"prosthetics": {"asked": 1, "open": 1}}
    assert found["answers"] == {"answered_in_time": 1, "open_in_time": 1}
    assert (found["agencies"]["moh"]["fulfilled"], found["agencies"]["moh"]["open"]) == (1, 1)
