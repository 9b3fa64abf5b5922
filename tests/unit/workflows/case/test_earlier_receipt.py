"""The term of an appeal that was on paper before runs from then; it is late at once where that has passed."""

from datetime import timedelta

from casework.computed_on_read import is_case_late
from schemas.case_lifecycle_events import AppealJoined, CaseOpened
from schemas.deadline_events import DeadlineEscalated, DeadlineReminded
from tests.builders import MONDAY, PARALLEL, RULES, SEQUENTIAL, receive
from tests.case import Case, earliest

LONG_AGO = MONDAY - timedelta(days=60)
DUE = RULES.calendar.due_at(LONG_AGO, SEQUENTIAL.statutory_term)


def test_the_term_runs_from_the_receipt_and_the_steps_from_now() -> None:
    case = Case().take(receive(SEQUENTIAL, at=MONDAY - timedelta(days=7)), now=MONDAY)
    (opened,) = case.happened(CaseOpened)
    assert opened.clock.started_at == MONDAY - timedelta(days=7)
    assert opened.clock.due_at == RULES.calendar.due_at(MONDAY - timedelta(days=7), SEQUENTIAL.statutory_term)
    clocks = [clock for step in case.state.steps for clock in step.clocks]
    assert clocks and all(clock.started_at == MONDAY for clock in clocks)


def test_it_is_late_at_once_and_each_level_is_reached_once_in_order() -> None:
    case = Case().take(receive(SEQUENTIAL, at=LONG_AGO), now=MONDAY)
    assert DUE < MONDAY and is_case_late(DUE, None, None, MONDAY)
    while (due := earliest(case.state)) is not None and due <= MONDAY:
        case.fire()
    reached = [
        event.level
        for event in case.events
        if isinstance(event, DeadlineReminded | DeadlineEscalated) and event.subject == "case"
    ]
    assert reached == [level.code for level in RULES.escalation_policy]
    assert case.state.status == "open"


def test_joining_lengthens_no_term_of_another() -> None:
    case = Case().take(receive(SEQUENTIAL))
    before = case.state.term(receive(SEQUENTIAL).appeal.appeal_id)
    case.take(receive(PARALLEL, number=2, at=LONG_AGO), now=MONDAY + timedelta(hours=1))
    (joined,) = case.happened(AppealJoined)
    assert joined.clock.due_at == DUE
    assert before is not None and case.state.term(before.key) == before
