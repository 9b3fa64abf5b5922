"""What holds of a step whose assignment goes out again, or waits to go out, while other things happen."""

import pytest

from kit.clock import Clock
from schemas.actors import SYSTEM
from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import InformationLapsed
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    accept,
    attachment,
    later,
    of_person,
    placement,
    reassign,
    receive,
    report,
)
from tests.case import Case, earliest
from tests.commands import APPLICANT, REVIEW
from tests.hand_overs import taken
from workflows.case.clocks import deadlines, due_of, norm_of
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    Object,
    ProvideInformation,
    RedispatchStep,
    ReportDispatch,
    SplitCase,
)
from workflows.case.outgoing import assignment_of, is_to_be_sent
from workflows.case.state import CaseState, StepState


def _provide(step: str, hours: float) -> ProvideInformation:
    return ProvideInformation(
        id="provide", actor=APPLICANT, received_at=later(hours), step=step, sealed="sealed"
    )


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


def test_what_is_given_before_the_assignment_arrived_keeps_it_on_its_way() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled"))
    case.take(report("t1.decide", "refused", agency="mlspp", at=later(3)))
    case.take(
        Object(id="object", actor=APPLICANT, received_at=later(5), track="t1", review=placement(REVIEW))
    )
    failed = {"step": "t2.review", "attempt": 1, "group": 1, "error_code": "adapter.away"}
    case.take(ReportDispatch(id="failed", actor=SYSTEM, received_at=later(6), **failed))
    case.take(_provide("t2.review", 7))
    assert is_to_be_sent(case.state.step("t2.review"))
    assert "acknowledgement" in _watched(case, "t2.review")
    assert [message.kind for message in case.state.messages] == ["information"]


def test_what_is_given_unasked_leaves_an_agency_that_took_it_on_as_it_was() -> None:
    case = Case().take(receive(SEQUENTIAL), accept("t1.examine"), _provide("t1.examine", 4))
    assert case.state.step("t1.examine").status == "acknowledged"


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


def test_a_step_sent_anew_while_the_applicant_was_asked_runs_again() -> None:
    case = _asked().take(_send_anew("t1.medical", 20))
    _is_waited_for_no_more(case.state.step("t1.medical"))
    assert _watched(case, "t1.medical") == {"service_norm"}
    assert not case.fire_timers_until(later(24 * 60)).happened(InformationLapsed)
    assert "t1.medical" in {event.subject for event in case.happened(DeadlineEscalated)}


def test_a_track_split_off_while_the_applicant_was_asked_runs_again() -> None:
    new = _split(_asked(), 20)
    _is_waited_for_no_more(new.state.step("t1.medical"))
    assert _watched(new, "t1.medical") == {"service_norm"}


def test_an_agency_is_sent_the_deadline_that_decides_whether_it_is_late() -> None:
    for case in (_asked(), _asked().take(_send_anew("t1.medical", 20))):
        step = case.state.step("t1.medical")
        told = assignment_of(case.state, step, Clock(), 1)
        assert told is not None
        assert told.due_at == due_of(step).isoformat()


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


def _told(case: Case) -> list[tuple[str, str, int]]:
    """What agencies must still be told: what, of which step, in which attempt."""
    return [
        (one.kind, one.step, one.attempt)
        for one in case.state.messages
        if one.kind != "recall" and one.sealed == "sealed"
    ]


@pytest.mark.parametrize(
    "elsewhere",
    [
        _send_anew("t1.examine", 30),
        reassign("t1.examine", "mod", at=later(30)),
        report("t1.examine", "forwarded", sequence=3, at=later(30), forward_to="mod"),
    ],
    ids=["anew", "reassigned", "forwarded"],
)
def test_who_has_the_step_next_is_told_what_the_applicant_gave(elsewhere: AnyCommand) -> None:
    case = Case().take(receive(SEQUENTIAL), accept("t1.examine"))
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(3)))
    case.take(_provide("t1.examine", 4)).take(elsewhere)
    assert _told(case) == [("information", "t1.examine", attempt) for attempt in (1, 2)]


def test_who_is_sent_a_step_later_is_told_of_the_documents_that_came_before() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    document = attachment(1, "document", later(2))
    case.take(AddAttachment(id="added", actor=APPLICANT, received_at=later(2), attachment=document))
    case.take(report("t1.examine", "fulfilled", at=later(9)))
    assert _told(case) == [("attachment", "t1.examine", 1), ("attachment", "t1.decide", 1)]
    assert ("attachment", "t1.decide", 2) in _told(_split(case, 20))


def test_what_was_given_goes_along_to_the_case_that_takes_the_step() -> None:
    case = _asked().take(_provide("t1.medical", 4))
    assert ("information", "t1.medical", 2) in _told(_split(case, 20))


def test_the_centre_is_told_nothing() -> None:
    case = Case().take(receive(), receive(SEQUENTIAL, number=2))
    document = attachment(1, "document", later(2))
    case.take(AddAttachment(id="added", actor=APPLICANT, received_at=later(2), attachment=document))
    case.take(report("t2.examine", "forwarded", sequence=3, at=later(30)))
    assert ("attachment", "t2.examine", 2) not in _told(case)
