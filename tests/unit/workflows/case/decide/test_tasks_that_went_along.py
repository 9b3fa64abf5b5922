"""What a person must decide about an end, after its track has gone to another case."""

import pytest

from schemas.case_lifecycle_events import TaskRaised
from schemas.step_events import StepDispatched
from tests.builders import SEQUENTIAL, STAFF, by, later, of_person, receive, report
from tests.case import Case
from tests.unit.workflows.case.decide.test_hand_overs import another, delivered, split
from workflows.case.clocks import norm_of
from workflows.case.commands import SettleTask

EXAMINE = "t1.examine"
CORRECTED = report(EXAMINE, "corrected", sequence=2, at=later(3))


def _settle(case: Case, decision: str, hours: float) -> Case:
    (task,) = (task.id for task in case.state.tasks if task.decision is None)
    return case.take(SettleTask(**by(STAFF, f"settle/{task}", hours), task=task, decision=decision))


def _split_off(case: Case, hours: float) -> Case:
    case.take(split(hours, "t1"))
    to_case = case.state.hand_overs[0].to_case
    into = another()
    into.state = into.state.model_copy(update={"case_id": to_case})
    return delivered(case, into, hours + 1)


def _handed(times: int, *stated: object) -> Case:
    case = Case().take(of_person(receive(SEQUENTIAL)), *stated)
    for number in range(times):
        case = _split_off(case, 10 * (number + 1))
    return case


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("end", ["fulfilled", "forwarded"])
def test_what_the_agency_stated_goes_along_with_the_task(times: int, end: str) -> None:
    stated = report(EXAMINE, end, sequence=1, at=later(2), forward_to="samhi")
    raised = _handed(times, stated, CORRECTED).happened(TaskRaised)
    assert [(task.kind, task.subject, task.status) for task in raised] == [
        ("correction", EXAMINE, CORRECTED.status)
    ]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("second", [CORRECTED, report(EXAMINE, "refused", sequence=2, at=later(3))])
def test_a_mistake_that_is_confirmed_after_a_hand_over_has_the_step_sent_by_the_case_that_has_it(
    times: int, second: object
) -> None:
    case = _handed(times, report(EXAMINE, "fulfilled", sequence=1, at=later(2)), second)
    before = case.state.step(EXAMINE)
    assert case.state.step("t1.decide").status == "dispatched"
    _settle(case, "confirm", 50)
    step = case.state.step(EXAMINE)
    sent = case.happened(StepDispatched)[-1]
    assert (sent.step, sent.agency_id, sent.attempt) == (EXAMINE, "moh", before.attempt + 1)
    assert norm_of(step).started_at == norm_of(before).started_at
    assert case.state.step("t1.decide").status == "waiting"
    assert [message.id for message in case.state.messages if message.step == EXAMINE] == []
    case.take(report(EXAMINE, "fulfilled", attempt=step.attempt, at=later(60)))
    assert case.state.step("t1.decide").status == "dispatched"


def test_a_forward_that_was_a_mistake_gives_the_step_back_in_the_case_that_has_it() -> None:
    forwarded = report(EXAMINE, "forwarded", sequence=1, at=later(2), forward_to="samhi")
    case = _handed(1, forwarded, CORRECTED)
    assert case.state.step(EXAMINE).agency_id == "samhi"
    _settle(case, "confirm", 50)
    assert (case.state.step(EXAMINE).agency_id, case.state.step(EXAMINE).status) == ("moh", "dispatched")
    assert [message.id for message in case.state.messages] == [f"recall/{EXAMINE}/3"]


def test_a_mistake_that_is_dismissed_after_a_hand_over_leaves_the_end() -> None:
    case = _handed(1, report(EXAMINE, "fulfilled", sequence=1, at=later(2)), CORRECTED)
    _settle(case, "dismiss", 50)
    assert case.state.step(EXAMINE).status == "fulfilled"
