"""A state that was carried from before the statements of agencies were kept."""

import pytest

from tests.builders import SEQUENTIAL, later, receive, report
from tests.case import Case
from workflows.case.clocks import norm_of
from workflows.case.state import CaseState

EXAMINE = "t1.examine"


def _carried(case: Case) -> Case:
    """The case as it goes on from what an older program had carried."""
    carried = case.state.model_dump(mode="json")
    for step in carried["steps"]:
        for name in ("statements", "former", "early", "last_attempt"):
            del step[name]
    case.state = CaseState.model_validate(carried)
    return case


@pytest.mark.parametrize("sequence", [None, 5])
@pytest.mark.parametrize("status", ["in_progress", "information_requested"])
def test_an_older_status_takes_no_step_back(status: str, sequence: int | None) -> None:
    case = _carried(Case().take(receive(SEQUENTIAL), report(EXAMINE, status, sequence=sequence, at=later(5))))
    older = report(EXAMINE, "acknowledged", sequence=sequence and 1, at=later(2))
    case.take(older, now=later(6))
    assert case.state.step(EXAMINE).status == status
    assert norm_of(case.state.step(EXAMINE)).suspended == (status == "information_requested")


@pytest.mark.parametrize("sequence", [None, 5])
def test_a_question_that_was_open_suspends_until_the_agency_goes_on(sequence: int | None) -> None:
    asked = report(EXAMINE, "information_requested", sequence=sequence, at=later(5))
    case = _carried(Case().take(receive(SEQUENTIAL), asked))
    case.take(report(EXAMINE, "in_progress", sequence=sequence and 6, at=later(9)))
    (pause,) = norm_of(case.state.step(EXAMINE)).suspensions
    assert (case.state.step(EXAMINE).status, pause.since, pause.until) == ("in_progress", later(5), later(9))


def test_what_has_statements_keeps_them() -> None:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "in_progress", at=later(5)))
    assert CaseState.model_validate(case.state.model_dump(mode="json")) == case.state
