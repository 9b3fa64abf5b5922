"""What agencies say of forwards other than the last: a person's decision holds for that assignment."""

import pytest

from schemas.step_events import StepCorrected
from tests.builders import SEQUENTIAL, STAFF, by, later, receive, report
from tests.case import Case
from workflows.case.commands import ReportStatus, SettleTask

EXAMINE = "t1.examine"
AGENCIES = ("moh", "mod", "samhi")
"""Each forwards to the next, as the first, second and third attempt."""


def _stated(attempt: int, status: str, sequence: int) -> ReportStatus:
    to = AGENCIES[attempt] if status == "forwarded" else None
    at = later(attempt if status == "forwarded" else 10 + attempt)
    return report(
        EXAMINE,
        status,
        agency=AGENCIES[attempt - 1],
        attempt=attempt,
        sequence=sequence,
        at=at,
        forward_to=to,
    )


def _forwarded_twice() -> Case:
    return Case().take(
        receive(SEQUENTIAL), _stated(1, "forwarded", 1), _stated(2, "forwarded", 1), now=later(5)
    )


def _open(case: Case) -> list[str]:
    return [task.id for task in case.state.tasks if task.decision is None]


def _settle(case: Case, decision: str) -> Case:
    (task,) = _open(case)
    return case.take(SettleTask(**by(STAFF, f"{decision}/{task}", 30), task=task, decision=decision))


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("doubt", ["corrected", "fulfilled"])
def test_a_confirmed_doubt_gives_the_step_back_to_the_agency_that_stated_it(attempt: int, doubt: str) -> None:
    case = _settle(_forwarded_twice().take(_stated(attempt, doubt, 2)), "confirm")
    step = case.state.step(EXAMINE)
    assert (step.attempt, step.agency_id, step.status) == (attempt, AGENCIES[attempt - 1], "in_progress")
    assert [message.id for message in case.state.messages] == [f"recall/{EXAMINE}/3"]
    assert _open(case) == []


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_mistakes_the_one_is_confirmed_that_the_task_is_about(first: int) -> None:
    other = 3 - first
    case = _forwarded_twice().take(_stated(first, "corrected", 2)).take(_stated(other, "corrected", 2))
    _settle(case, "confirm")
    assert [event.attempt for event in case.happened(StepCorrected)] == [first]
    assert (case.state.step(EXAMINE).agency_id, len(_open(case))) == (AGENCIES[first - 1], first - 1)


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_mistakes_the_one_is_dismissed_that_the_task_is_about(first: int) -> None:
    case = _forwarded_twice().take(_stated(first, "corrected", 2)).take(_stated(3 - first, "corrected", 2))
    _settle(case, "dismiss")
    dismissed = {
        former.attempt: former.statements[-1].confirmed for former in case.state.step(EXAMINE).former
    }
    assert dismissed == {first: False, 3 - first: None}
    assert len(_open(case)) == 1
