"""What holds of a step whose assignment is sent again while other things happen."""

from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import InformationLapsed
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    accept,
    by,
    later,
    of_person,
    receive,
    report,
)
from tests.case import Case, earliest
from tests.hand_overs import taken
from workflows.case.clocks import deadlines, norm_of
from workflows.case.commands import (
    RedispatchStep,
    SplitCase,
)
from workflows.case.state import CaseState, StepState


def _send_anew(step: str, hours: float) -> RedispatchStep:
    return RedispatchStep(id=f"anew/{hours}", actor=STAFF, received_at=later(hours), step=step, reason="lost")


def _watched(case: Case, step: str) -> set[str]:
    return {deadline.clock.kind for deadline in deadlines(case.state) if deadline.subject == step}


def _split(case: Case, hours: float) -> Case:
    """The case of its own that the one track gets."""
    case.take(SplitCase(id="split", actor=STAFF, received_at=later(hours), tracks=("t1",)))
    (hand_over,) = case.state.hand_overs
    new = Case()
    new.state = CaseState(case_id=hand_over.to_case)
    return new.take(taken(hand_over, hours + 1))


def _asked() -> Case:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    return case.take(report("t1.medical", "information_requested", sequence=2, at=later(3)))


def _is_waited_for_no_more(step: StepState) -> None:
    norm = norm_of(step)
    assert norm is not None
    assert not norm.suspended
    assert norm.due_at > later(0)
    assert {clock.kind for clock in step.clocks} == {"service_norm"}


def test_a_step_sent_anew_keeps_its_clocks_and_the_old_assignment_is_recalled() -> None:
    case = Case().take(receive(SEQUENTIAL)).fire_timers_until(later(24 * 3))
    before = case.state.step("t1.examine")
    case.take(RedispatchStep(**by(STAFF, "anew", 24 * 3 + 1), step="t1.examine", reason="lost"))
    after = case.state.step("t1.examine")
    assert (after.attempt, after.clocks) == (2, before.clocks)
    assert [message.id for message in case.state.messages] == ["recall/t1.examine/1"]
    case.fire_timers_until(later(24 * 90))
    assert len(set(case.state.step("t1.examine").reached)) == len(case.state.step("t1.examine").reached)


def test_a_step_sent_anew_while_the_applicant_was_asked_runs_again() -> None:
    case = _asked().take(_send_anew("t1.medical", 20))
    _is_waited_for_no_more(case.state.step("t1.medical"))
    assert _watched(case, "t1.medical") == {"service_norm"}
    assert not case.fire_timers_until(later(24 * 60)).happened(InformationLapsed)
    assert "t1.medical" in {event.subject for event in case.happened(DeadlineEscalated)}


def test_who_acknowledged_in_time_need_not_do_so_again() -> None:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    case.take(_send_anew("t1.medical", 24 * 3.2))
    assert "acknowledgement" not in _watched(case, "t1.medical")
    assert "acknowledgement" not in _watched(_split(case, 24 * 3.3), "t1.social")


def test_who_has_not_acknowledged_has_no_more_time_for_being_sent_it_anew() -> None:
    case = Case().take(receive(PARALLEL), _send_anew("t1.medical", 2))
    due = {clock.kind: clock.due_at for clock in case.state.step("t1.medical").clocks}
    assert due["acknowledgement"] == earliest(Case().take(receive(PARALLEL)).state)
