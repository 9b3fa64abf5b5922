"""What the applicant gave in time and we hear after the lapse: which step it brings back, and where."""

import pytest

from schemas.step_events import InformationProvided, StepDispatched
from tests.builders import PARALLEL, STAFF, accept, by, close, later, of_person, receive, report
from tests.case import Case
from tests.commands import APPLICANT
from tests.hand_overs import taken
from workflows.case.clocks import norm_of
from workflows.case.commands import AnyCommand, ProvideInformation, SplitCase, Withdraw
from workflows.case.state import CaseState

MEDICAL = "t1.medical"
HEARD = 24 * 40
"""Hours after which what was given in time is heard, later than the applicant's time."""


def _lapsed() -> Case:
    """The other step of the track goes on."""
    case = Case().take(of_person(receive(PARALLEL)), accept(MEDICAL), accept("t1.social", agency="mlspp"))
    case.take(report(MEDICAL, "information_requested", sequence=2, at=later(3)))
    while case.state.step(MEDICAL).status != "cancelled":
        case.fire()
    return case


def _heard(case: Case) -> Case:
    given = ProvideInformation(**by(APPLICANT, "gave", 20), step=MEDICAL, sealed="sealed")
    return case.take(given, now=later(HEARD))


def _split_off(case: Case) -> Case:
    case.take(SplitCase(**by(STAFF, f"split/{case.state.case_id}", HEARD - 24), tracks=("t1",)))
    (hand_over,) = case.state.hand_overs
    new = Case()
    new.state = CaseState(case_id=hand_over.to_case)
    return new.take(taken(hand_over, HEARD - 23))


def test_it_brings_the_step_back_in_the_case_that_has_its_track() -> None:
    first = _lapsed()
    norm = norm_of(first.state.step(MEDICAL))
    case = _heard(_split_off(_split_off(first)))
    step = case.state.step(MEDICAL)
    assert (step.status, step.attempt, norm_of(step).started_at) == ("dispatched", 2, norm.started_at)
    assert case.happened(StepDispatched)[-1].supplements[0].sealed == "sealed"


def _gone(case: Case) -> None:
    _split_off(case)


def _taken(command: AnyCommand) -> object:
    return lambda case: case.take(command)


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(_gone, id="handed over"),
        pytest.param(_taken(Withdraw(**by(APPLICANT, "withdraw", HEARD - 24))), id="withdrawn"),
        pytest.param(_taken(close("t1", at=later(HEARD - 24))), id="closed by the centre"),
    ],
)
def test_it_brings_nothing_back_that_is_no_more_to_be_done_here(meanwhile) -> None:
    case = _lapsed()
    meanwhile(case)
    sent = len(case.happened(StepDispatched))
    _heard(case)
    assert case.refusals() == ["information.step_not_running"]
    assert (case.happened(InformationProvided), len(case.happened(StepDispatched))) == ([], sent)
    assert case.state.step(MEDICAL).status == "cancelled" and case.state.opening == 1
