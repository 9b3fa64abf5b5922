"""What agencies state comes to the same in every order of arrival: the inputs that once did not."""

from itertools import permutations

import pytest

from schemas.actors import SYSTEM
from schemas.step_events import StatusIgnored, StatusNoted, StepCorrected, StepInformationRequested
from tests.builders import SEQUENTIAL, STAFF, by, later, reassign, receive, report
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.clocks import due_of, norm_of
from workflows.case.commands import ProvideInformation, ReportDispatch, ReportStatus, SettleTask, Withdraw
from workflows.case.state import StepState

EXAMINE = "t1.examine"


def _examine(case: Case) -> StepState:
    step = case.state.step(EXAMINE)
    assert step is not None
    return step


def _open_tasks(case: Case) -> list[tuple[str, str]]:
    return [(task.kind, task.subject) for task in case.state.tasks if task.decision is None]


def _settle(case: Case, decision: str, hours: float = 30) -> Case:
    (task,) = (task.id for task in case.state.tasks if task.decision is None)
    return case.take(SettleTask(**by(STAFF, f"settle/{task}", hours), task=task, decision=decision))


def _at(command: ReportStatus, **changed: object) -> ReportStatus:
    return command.model_copy(update={"status": command.status.model_copy(update=changed)})


QUESTION_OVERTAKEN = (("acknowledged", 1, 1), ("information_requested", 2, 2), ("in_progress", 3, 74))


@pytest.mark.parametrize("order", list(permutations(QUESTION_OVERTAKEN)))
def test_a_question_that_was_overtaken_suspended_the_clock_while_it_stood_in_any_order(order) -> None:
    case = Case().take(receive(SEQUENTIAL))
    before = norm_of(_examine(case)).due_at
    for status, number, hours in order:
        case.take(report(EXAMINE, status, sequence=number, at=later(hours)), now=later(75))
    case.take(report(EXAMINE, "fulfilled", sequence=4, at=later(9 * 24)))
    step = _examine(case)
    assert due_of(step) == case.rules.calendar.shift(
        before, [(later(2), later(74))], norm_of(step).started_at
    )
    assert step.in_time
    assert len(case.happened(StepInformationRequested)) == 1


@pytest.mark.parametrize("order", list(permutations([*QUESTION_OVERTAKEN, ("fulfilled", 4, 9 * 24)])))
def test_an_end_is_in_time_by_a_deadline_whose_reason_came_in_later(order) -> None:
    case = Case().take(receive(SEQUENTIAL))
    for status, number, hours in order:
        case.take(report(EXAMINE, status, sequence=number, at=later(hours)), now=later(9 * 24))
    assert (_examine(case).status, _examine(case).in_time) == ("fulfilled", True)


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a"), ("9", "10"), ("10", "9")])
@pytest.mark.parametrize("question_first", [False, True])
def test_of_one_instant_the_question_comes_after_the_progress(ids: tuple[str, str], question_first) -> None:
    case = Case().take(receive(SEQUENTIAL))
    both = [
        report(EXAMINE, "in_progress", status_id=ids[0]),
        report(EXAMINE, "information_requested", status_id=ids[1]),
    ]
    for command in reversed(both) if question_first else both:
        case.take(command, now=later(3))
    assert _examine(case).status == "information_requested"


def test_a_time_ahead_of_its_receipt_supersedes_nothing_that_comes_later() -> None:
    case = Case().take(receive(SEQUENTIAL))
    ahead = _at(report(EXAMINE, "acknowledged", at=later(1)), occurred_at=later(24 * 365))
    case.take(ahead, report(EXAMINE, "in_progress", at=later(5)))
    assert _examine(case).status == "in_progress"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_one_status_without_its_number_stands_by_its_time_among_the_numbered(order) -> None:
    numbered = [
        report(EXAMINE, "acknowledged", sequence=1, at=later(1)),
        report(EXAMINE, "in_progress", at=later(2), status_id="without"),
        report(EXAMINE, "information_requested", sequence=2, at=later(3)),
        report(EXAMINE, "in_progress", sequence=3, at=later(40)),
    ]
    case = Case().take(receive(SEQUENTIAL))
    for index in order:
        case.take(numbered[index], now=later(50))
    assert _examine(case).status == "in_progress"
    assert [(pause.since, pause.until) for pause in norm_of(_examine(case)).suspensions] == [
        (later(3), later(40))
    ]


def test_a_status_is_known_once_in_its_assignment() -> None:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "in_progress", status_id="7"))
    again = report(EXAMINE, "in_progress", status_id="7").model_copy(update={"id": "status/otherwise"})
    case.take(again)
    assert [ignored.reason for ignored in case.happened(StatusIgnored)] == ["status.repeated"]


MISTAKE = (
    report(EXAMINE, "refused", sequence=1, at=later(5)),
    report(EXAMINE, "corrected", sequence=2, at=later(6)),
    report(EXAMINE, "fulfilled", sequence=3, at=later(7)),
)


@pytest.mark.parametrize("order", list(permutations(MISTAKE)))
@pytest.mark.parametrize("confirmed_before_the_last", [False, True])
def test_what_was_stated_after_the_mistake_counts_whenever_it_came_in(order, confirmed_before_the_last):
    case = Case().take(receive(SEQUENTIAL))
    case.take(order[0], now=later(8)).take(order[1], now=later(8))
    if confirmed_before_the_last and {order[0], order[1]} == set(MISTAKE[:2]):
        _settle(case, "confirm").take(order[2], now=later(31))
    else:
        _settle(case.take(order[2], now=later(8)), "confirm")
    assert (_examine(case).status, case.state.step("t1.decide").status) == ("fulfilled", "dispatched")
    assert _open_tasks(case) == []


def test_a_question_stated_after_the_mistake_is_asked_once_the_mistake_is_confirmed() -> None:
    case = Case().take(receive(SEQUENTIAL), *MISTAKE[:2])
    case.take(report(EXAMINE, "information_requested", sequence=3, at=later(9)))
    assert case.happened(StepInformationRequested) == []
    _settle(case, "confirm")
    assert _examine(case).status == "information_requested"
    assert norm_of(_examine(case)).suspended


def test_an_end_after_a_correction_that_was_dismissed_contradicts_the_first() -> None:
    case = _settle(Case().take(receive(SEQUENTIAL), *MISTAKE), "dismiss")
    assert _examine(case).status == "refused"
    assert _open_tasks(case) == [("contradictory_ends", EXAMINE)]


def _forward(sequence: int, to: str = "samhi") -> ReportStatus:
    return report(EXAMINE, "forwarded", sequence=sequence, at=later(2), forward_to=to)


@pytest.mark.parametrize("end", ["fulfilled", "refused"])
@pytest.mark.parametrize("forward_first", [False, True])
@pytest.mark.parametrize("forward_is_earlier", [False, True])
def test_a_forward_is_an_end_and_another_one_beside_it_a_task(end, forward_first, forward_is_earlier) -> None:
    forwarded = _forward(1 if forward_is_earlier else 2)
    both = [forwarded, report(EXAMINE, end, sequence=2 if forward_is_earlier else 1, at=later(3))]
    case = Case().take(receive(SEQUENTIAL))
    for command in both if forward_first else reversed(both):
        case.take(command, now=later(5))
    step = _examine(case)
    shown = (step.status, step.agency_id, step.attempt)
    assert shown == (("dispatched", "samhi", 2) if forward_is_earlier else (end, "moh", 1))
    assert _open_tasks(case) == [("contradictory_ends", EXAMINE)]


def test_a_step_that_its_next_agency_has_is_taken_from_it_by_a_person_only() -> None:
    case = Case().take(receive(SEQUENTIAL), _forward(2))
    sent = {"step": EXAMINE, "attempt": 2, "group": 1, "reference": "SAMHI-1"}
    case.take(ReportDispatch(**by(SYSTEM, "sent", 3), **sent))
    case.take(report(EXAMINE, "fulfilled", sequence=1, at=later(3)), now=later(5))
    assert (_examine(case).agency_id, _open_tasks(case)) == ("samhi", [("contradictory_ends", EXAMINE)])
    _settle(case, "confirm")
    step = _examine(case)
    assert (step.status, step.agency_id, step.attempt) == ("in_progress", "moh", 1)
    assert [message.kind for message in case.state.messages] == ["recall"]
    case.take(report(EXAMINE, "forwarded", sequence=3, at=later(40), forward_to="mod"))
    assert (_examine(case).agency_id, _examine(case).attempt) == ("mod", 3)


def test_a_forward_that_its_agency_calls_a_mistake_is_undone_by_a_person() -> None:
    case = Case().take(receive(SEQUENTIAL), _forward(1))
    case.take(report(EXAMINE, "corrected", sequence=2, at=later(4)))
    assert _open_tasks(case) == [("correction", EXAMINE)]
    _settle(case, "confirm")
    assert (_examine(case).status, _examine(case).agency_id) == ("in_progress", "moh")


def test_a_person_who_reassigned_the_step_is_not_overruled_by_a_late_end() -> None:
    case = Case().take(receive(SEQUENTIAL), _forward(2), reassign(EXAMINE, "mod", at=later(3)))
    case.take(report(EXAMINE, "fulfilled", sequence=1, at=later(4)))
    assert (_examine(case).agency_id, _examine(case).status) == ("mod", "dispatched")


def test_an_earlier_end_that_came_later_undoes_what_followed_on_the_other() -> None:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "refused", sequence=2, at=later(3)))
    assert case.state.outcome == "refused"
    case.take(report(EXAMINE, "fulfilled", sequence=1, at=later(2)), now=later(4))
    assert (case.state.status, _examine(case).status) == ("open", "fulfilled")
    assert case.state.step("t1.decide").status == "dispatched"
    assert _open_tasks(case) == [("contradictory_ends", EXAMINE)]


@pytest.mark.parametrize("earlier", ["refused", "forwarded"])
def test_nobody_works_again_on_what_was_withdrawn_because_of_an_earlier_end(earlier: str) -> None:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "fulfilled", sequence=2, at=later(3)))
    case.take(Withdraw(**by(APPLICANT, "withdraw", 4)))
    case.take(report(EXAMINE, earlier, sequence=1, at=later(5), forward_to="samhi"))
    assert (case.state.status, case.state.outcome) == ("answered", "withdrawn")
    assert not any(step.running for step in case.state.steps)


def test_what_the_next_agency_ended_returns_to_who_forwarded_it_where_a_person_confirms_the_doubt() -> None:
    case = Case().take(receive(SEQUENTIAL), _forward(1))
    sent = {"step": EXAMINE, "attempt": 2, "group": 1, "reference": "SAMHI-1"}
    case.take(ReportDispatch(**by(SYSTEM, "sent", 3), **sent))
    case.take(report(EXAMINE, "fulfilled", sequence=2, at=later(3)), now=later(5))
    case.take(report(EXAMINE, "fulfilled", agency="samhi", attempt=2, sequence=1, at=later(6)))
    assert _open_tasks(case) == [("contradictory_ends", EXAMINE)]
    _settle(case, "confirm")
    (event,) = case.happened(StepCorrected)
    assert (event.step, event.undone, event.attempt, event.reason) == (EXAMINE, "forwarded", 1, None)
    assert event.task in {task.id for task in case.state.tasks}
    step = _examine(case)
    assert (step.status, step.agency_id, step.attempt) == ("in_progress", "moh", 1)


def test_an_earlier_end_of_who_forwarded_brings_back_no_step_that_was_cancelled_since() -> None:
    case = Case().take(receive(SEQUENTIAL), _forward(2), Withdraw(**by(APPLICANT, "withdraw", 3)))
    before = _examine(case)
    assert (before.status, before.attempt) == ("cancelled", 2)
    case.take(report(EXAMINE, "fulfilled", sequence=1, at=later(3)), now=later(5))
    assert [event.reason for event in case.happened(StatusIgnored)] == ["status.contradicts_end"]
    after = _examine(case)
    assert (after.status, after.attempt, after.agency_id) == ("cancelled", 2, "samhi")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_status_that_came_before_its_assignment_was_sent_waits_for_it(order) -> None:
    stated = [
        report(EXAMINE, "fulfilled", sequence=1, at=later(2)),
        report("t1.decide", "acknowledged", agency="mlspp", at=later(3)),
        report("t1.decide", "fulfilled", agency="mlspp", at=later(4)),
    ]
    case = Case().take(receive(SEQUENTIAL))
    for index in order:
        case.take(stated[index], now=later(5))
    assert (case.state.status, case.state.outcome) == ("answered", "satisfied")
    assert case.state.step("t1.decide").early == ()


def test_an_answer_of_the_applicant_stands_when_an_older_status_comes_in_late() -> None:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "information_requested", sequence=3, at=later(5)))
    case.take(ProvideInformation(**by(APPLICANT, "gave", 20), step=EXAMINE, sealed="sealed"))
    case.take(report(EXAMINE, "in_progress", sequence=2, at=later(4)), now=later(30))
    assert _examine(case).status == "in_progress"
    assert [(pause.since, pause.until) for pause in norm_of(_examine(case)).suspensions] == [
        (later(5), later(20))
    ]


def test_a_note_that_came_before_its_assignment_was_sent_is_noted_once() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.decide", "note", agency="mlspp", at=later(2)))
    case.take(report(EXAMINE, "fulfilled", at=later(3)))
    assert len(case.happened(StatusNoted)) == 1
    assert case.state.step("t1.decide").early == ()


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("last", ["acknowledged", "information_requested"])
def test_a_numbered_status_that_moves_the_others_in_the_order_has_another_be_the_last(order, last) -> None:
    """The second number is earlier by its time, so the first one counts as no later."""
    stated = [
        report(EXAMINE, "acknowledged", sequence=1, at=later(6)),
        report(EXAMINE, "in_progress", at=later(4), status_id="without"),
        report(EXAMINE, last, sequence=2, at=later(2)),
    ]
    case = Case().take(receive(SEQUENTIAL))
    for index in order:
        case.take(stated[index], now=later(7))
    assert _examine(case).status == "in_progress"
