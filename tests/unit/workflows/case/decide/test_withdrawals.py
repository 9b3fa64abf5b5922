"""A false escalation is withdrawn, and those who were told are told so (findings E1)."""

from datetime import datetime, timedelta

import pytest

from schemas.case_lifecycle_events import CaseAnswered
from schemas.deadline_events import DeadlineEscalated, EscalationWithdrawn
from schemas.step_events import InformationProvided, StepDispatched, StepForwarded, StepFulfilled
from tests.builders import MONDAY, RULES, SEQUENTIAL, STAFF, later, passport, receive, report, step
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.clocks import due_of, norm_of
from workflows.case.commands import ExtendTerm, ProvideInformation

HOUR = timedelta(hours=1)
ONE = passport("medicines", step("examine", "moh", resolve=14))


def begun(acknowledged: bool = True) -> Case:
    case = Case().take(receive(SEQUENTIAL))
    return case.take(report("t1.examine", "acknowledged", sequence=1, at=later(1))) if acknowledged else case


def due(case: Case) -> datetime:
    due_at = due_of(case.state.step("t1.examine"))
    assert due_at is not None
    return due_at


def withdrawn(case: Case) -> list[tuple[str, str, tuple[str, ...]]]:
    found = case.happened(EscalationWithdrawn)
    return [(event.subject, event.deadline, event.told) for event in found]


@pytest.mark.parametrize("status", ["fulfilled", "refused", "forwarded"])
def test_an_end_that_came_in_time_withdraws_what_was_escalated(status: str) -> None:
    case = begun()
    due_at = due(case)
    case.fire_timers_until(due_at + HOUR)
    (escalated,) = case.happened(DeadlineEscalated)
    case.take(report("t1.examine", status, sequence=2, at=due_at - 3 * HOUR), now=due_at + HOUR)
    (event,) = case.happened(EscalationWithdrawn)
    assert event.model_dump(exclude={"type"}) == escalated.model_dump(exclude={"type", "delay"})
    assert escalated.deadline not in case.state.step("t1.examine").reached


def test_what_came_late_withdraws_nothing() -> None:
    case = begun()
    due_at = due(case)
    case.fire_timers_until(due_at + HOUR)
    case.take(report("t1.examine", "fulfilled", sequence=2, at=due_at + timedelta(seconds=1)))
    assert not case.happened(StepFulfilled)[0].in_time
    assert withdrawn(case) == []


def test_only_the_levels_that_were_false_are_withdrawn() -> None:
    """Late, and yet heard so long after that the ministry was told too."""
    case = begun()
    due_at = due(case)
    ministry = RULES.calendar.due_at(due_at, 3)
    case.fire_timers_until(ministry + HOUR)
    case.take(report("t1.examine", "fulfilled", sequence=2, at=due_at + HOUR), now=ministry + HOUR)
    assert [told for _, _, told in withdrawn(case)] == [("ministry",)]


def test_an_acknowledgement_that_came_in_time_withdraws_what_was_escalated() -> None:
    case = begun(acknowledged=False)
    taken_on = case.state.step("t1.examine").clocks[0].due_at
    case.fire_timers_until(taken_on + HOUR)
    case.take(report("t1.examine", "acknowledged", sequence=1, at=taken_on - HOUR), now=taken_on + HOUR)
    assert withdrawn(case) == [("t1.examine", "1/acknowledgement/deadline", ("agency_head", "centre"))]


def test_a_question_that_came_in_time_withdraws_what_was_escalated() -> None:
    """The clock stood still before its deadline; it is escalated again where the moved one passes."""
    case = begun()
    due_at = due(case)
    case.fire_timers_until(due_at + HOUR)
    asked = report("t1.examine", "information_requested", sequence=2, at=due_at - HOUR)
    case.take(asked, now=due_at + HOUR)
    assert [deadline for _, deadline, _ in withdrawn(case)] == ["1/service_norm/deadline"]
    case.take(report("t1.examine", "in_progress", sequence=3, at=due_at + 18 * HOUR))
    moved = norm_of(case.state.step("t1.examine")).due_at
    assert moved > due_at
    case.fire_timers_until(moved + HOUR)
    norm = [e for e in case.happened(DeadlineEscalated) if e.deadline == "1/service_norm/deadline"]
    assert [event.due_at for event in norm] == [due_at, moved]


def test_an_answer_in_time_withdraws_what_was_escalated_of_the_term_and_settles_the_agenda() -> None:
    case = Case().take(receive(ONE))
    term = case.state.clock.due_at
    case.fire_timers_until(term + timedelta(days=20))
    assert {task.subject for task in case.state.tasks if task.kind == "agenda"} == {"case", "t1.examine"}
    case.take(report("t1.examine", "fulfilled", at=MONDAY + HOUR), now=term + timedelta(days=20))
    assert case.happened(CaseAnswered)[0].in_time
    escalated = case.happened(DeadlineEscalated)
    assert {(e.subject, e.deadline) for e in escalated} == {(s, d) for s, d, _ in withdrawn(case)}
    assert {task.decision for task in case.state.tasks if task.kind == "agenda"} == {"withdrawn"}


def test_an_extension_that_came_in_time_withdraws_what_was_escalated_of_the_term() -> None:
    case = Case().take(receive(ONE))
    term = case.state.clock.due_at
    case.fire_timers_until(term + HOUR)
    extension = ExtendTerm(id="e", actor=STAFF, received_at=term - HOUR, days=10, reason="study")
    case.take(extension, now=term + HOUR)
    assert [subject for subject, _, _ in withdrawn(case)] == ["case"]


def test_information_that_came_in_time_counts_although_it_was_heard_after_the_lapse() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "information_requested", at=later(2)))
    asked = next(clock for clock in case.state.step("t1.examine").clocks if clock.kind == "information")
    term = case.state.clock
    case.fire_timers_until(asked.due_at)
    assert case.state.outcome == "refused"
    norm = norm_of(case.state.step("t1.examine"))
    given = ProvideInformation(
        id="p", actor=APPLICANT, received_at=asked.due_at - HOUR / 12, step="t1.examine", sealed="s"
    )
    case.take(given, now=asked.due_at + HOUR / 60)
    assert case.refusals() == []
    assert (case.state.status, case.state.step("t1.examine").status) == ("open", "dispatched")
    assert case.state.step("t1.decide").status == "waiting"
    assert case.happened(InformationProvided)[0].sealed == "s"
    again = case.happened(StepDispatched)[-1]
    assert [supplement.sealed for supplement in again.supplements] == ["s"]
    assert (case.state.clock, norm_of(case.state.step("t1.examine"))) == (term, norm), "no clock restarts"


def test_information_that_came_too_late_is_refused() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "information_requested", at=later(2)))
    asked = next(clock for clock in case.state.step("t1.examine").clocks if clock.kind == "information")
    case.fire_timers_until(asked.due_at)
    given = {"actor": APPLICANT, "step": "t1.examine", "sealed": "s"}
    case.take(ProvideInformation(id="p", received_at=asked.due_at + HOUR / 60, **given))
    assert case.refusals() == ["information.step_not_running"]


@pytest.mark.parametrize(("days", "in_time"), [(3, True), (3.5, False), (9, False)])
def test_a_forward_is_measured_for_every_agency(days: float, in_time: bool) -> None:
    """Three working days from the dispatch (Article 7.10), whatever the agency's own norm (findings C6)."""
    case = Case().take(receive(passport("medicines", step("examine", "moh", resolve=10))))
    case.take(report("t1.examine", "acknowledged", sequence=1, at=later(1)))
    at = later(24 * days + 2)
    case.take(report("t1.examine", "forwarded", sequence=2, at=at, forward_to="samhi"))
    assert case.happened(StepForwarded)[0].in_time is in_time
    again = report("t1.examine", "forwarded", agency="samhi", sequence=1, attempt=2, at=at + HOUR)
    case.take(again)
    assert case.happened(StepForwarded)[1].in_time is True, "the next agency has a term of its own"
