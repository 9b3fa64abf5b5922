"""How a case takes what agencies report: forwards, ends, what is ignored, what is late."""

from catalogue.terms import CENTRE
from schemas.actors import Actor
from schemas.step_events import StatusIgnored
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    accept,
    later,
    reassign,
    receive,
    report,
)
from tests.case import Case, earliest


def test_a_refusal_without_reasons_is_not_accepted() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "refused", reason_code=None))
    assert case.happened(StatusIgnored)[0].reason == "status.refusal_without_reason"
    assert case.state.step("t1.examine").status == "dispatched"


def test_a_step_forwarded_to_nobody_goes_to_the_centre_and_can_be_reassigned():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "forwarded"))
    step = case.state.step("t1.examine")
    assert (step.agency_id, step.status, step.attempt) == (CENTRE, "dispatched", 2)
    case.take(reassign("t1.examine", "mod"))
    step = case.state.step("t1.examine")
    assert (step.agency_id, step.status, step.attempt) == ("mod", "dispatched", 3)
    case.take(report("t1.examine", "fulfilled", agency="moh", attempt=1, status_id="late"))
    assert case.happened(StatusIgnored)[-1].reason == "status.attempt_superseded"


def test_a_step_forwarded_to_an_agency_that_is_not_connected_goes_to_the_centre():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "forwarded", forward_to="sicc"))
    assert case.state.step("t1.examine").agency_id == CENTRE


def test_a_step_is_not_forwarded_for_ever():
    case = Case().take(receive(SEQUENTIAL))
    payloads = ["moh", "mod", "samhi", "moh"]
    for attempt, (agency, named) in enumerate(zip(payloads, [*payloads[1:], "mod"], strict=True), start=1):
        case.take(
            report(
                "t1.examine", "forwarded", agency=agency, attempt=attempt, forward_to=named, sequence=attempt
            )
        )
    assert case.state.step("t1.examine").agency_id == CENTRE


def test_an_agency_cannot_speak_for_another():
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "fulfilled", agency="moh", actor=Actor(kind="agency", id="mlspp")))
    assert case.happened(StatusIgnored)[0].reason == "status.agency_not_assigned"


def test_the_first_end_stands_and_a_second_is_kept_as_ignored():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled"))
    case.take(report("t1.examine", "refused"))
    assert case.state.step("t1.examine").status == "fulfilled"
    assert case.happened(StatusIgnored)[0].reason == "status.contradicts_end"
    assert [(task.kind, task.subject) for task in case.state.tasks] == [("contradictory_ends", "t1.examine")]


def test_a_status_is_late_by_when_it_came_in_and_not_by_when_it_was_decided():
    case = Case().take(receive(PARALLEL))
    due = case.state.step("t1.medical").clocks[1].due_at
    case.take(report("t1.medical", "fulfilled", at=due), now=later(2000))
    assert case.state.step("t1.medical").in_time is True


def test_a_delivery_with_acknowledgement_stops_the_acknowledgement_clock():
    case = Case().take(receive(SEQUENTIAL))
    case.take(accept("t1.examine"))
    step = case.state.step("t1.examine")
    assert (step.status, step.reference) == ("acknowledged", "MOH-1")
    assert earliest(case.state) == step.clocks[1].levels[0].at
