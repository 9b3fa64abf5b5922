"""A cancelled step waits again when what had cancelled it is undone, and never before."""

import pytest

from schemas.case_lifecycle_events import TrackReopened
from schemas.step_events import StepRestored
from tests.builders import MONDAY, PARALLEL, STAFF, by, close, later, passport, receive, report, step
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.commands import ReopenTrack, SettleTask, Withdraw

CHAIN_BESIDE = passport("chain", step("a", "moh"), step("b", "mlspp", "a"), step("c", "moh"))


def _statuses(case: Case) -> dict[str, str]:
    return {step.code: step.status for step in case.state.steps}


def _confirm_correction(case: Case, hours: float) -> Case:
    task = next(task for task in case.state.tasks if task.decision is None)
    return case.take(SettleTask(**by(STAFF, f"settle/{hours}", hours), task=task.id, decision="confirm"))


def _corrected(status: str = "fulfilled", of=PARALLEL, key: str = "t1.medical") -> Case:
    """A step has ended, and its agency says that this was a mistake."""
    case = Case().take(receive(of))
    case.take(report(key, status, sequence=1, at=later(3)))
    return case.take(report(key, "corrected", sequence=2, at=later(4)))


def test_a_reopened_track_restores_the_parallel_step_that_its_closing_had_cancelled():
    case = _corrected().take(close("t1", at=later(5)))
    assert _statuses(case) == {"social": "cancelled", "medical": "fulfilled"}
    _confirm_correction(case, 8)
    assert len(case.happened(TrackReopened)) == 1
    assert _statuses(case) == {"social": "dispatched", "medical": "in_progress"}
    social = case.state.step("t1.social")
    assert (social.cancelled_for, social.attempt) == (None, 2)


def test_a_chain_that_the_closing_had_cancelled_is_restored_from_its_beginning():
    case = _corrected(of=CHAIN_BESIDE, key="t1.c").take(close("t1", at=later(5)))
    _confirm_correction(case, 8)
    assert _statuses(case) == {"a": "dispatched", "b": "waiting", "c": "in_progress"}


def test_a_step_whose_refused_predecessor_stays_refused_is_not_restored():
    case = _corrected(of=CHAIN_BESIDE, key="t1.c")
    case.take(report("t1.a", "refused", at=later(4.5))).take(close("t1", at=later(5)))
    _confirm_correction(case, 8)
    assert _statuses(case) == {"a": "refused", "b": "cancelled", "c": "in_progress"}


def test_a_step_waits_again_when_the_refusal_before_it_is_undone():
    case = _corrected("refused", of=CHAIN_BESIDE, key="t1.a")
    assert _statuses(case)["b"] == "cancelled"
    _confirm_correction(case, 8)
    assert _statuses(case) == {"a": "in_progress", "b": "waiting", "c": "dispatched"}


@pytest.mark.parametrize("of", [PARALLEL, CHAIN_BESIDE])
def test_a_withdrawn_track_that_the_staff_reopen_restores_all_its_steps(of):
    case = Case().take(receive(of)).take(Withdraw(**by(APPLICANT, "w", 3), track="t1"))
    assert set(_statuses(case).values()) == {"cancelled"}
    case.take(ReopenTrack(**by(STAFF, "r", 5), track="t1", reason="mistake"))
    assert "cancelled" not in _statuses(case).values()


def test_a_step_stays_cancelled_while_its_cause_stands():
    case = Case().take(receive(PARALLEL)).take(close("t1", at=later(5)))
    case.take(report("t1.social", "fulfilled", agency="mlspp", at=later(6)))
    assert set(_statuses(case).values()) == {"cancelled"} and case.happened(StepRestored) == []


def test_a_restored_step_ends_its_track_like_any_other():
    case = _corrected().take(close("t1", at=later(5)))
    _confirm_correction(case, 8)
    case.take(report("t1.medical", "fulfilled", sequence=3, at=later(9)))
    assert case.state.status == "open"
    case.take(report("t1.social", "fulfilled", agency="mlspp", attempt=2, at=later(10)))
    assert (case.state.status, case.state.outcome) == ("answered", "satisfied")
    assert case.state.tracks[0].answered_at is not None and case.state.tracks[0].answered_at > MONDAY
