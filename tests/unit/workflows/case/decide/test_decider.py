"""Which commands are refused, and in which order commands are decided."""

import pytest

from schemas.actors import Actor
from schemas.case_lifecycle_events import CommandRefused
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    place,
    reassign,
    receive,
    report,
)
from tests.case import Case
from workflows.case.commands import FireTimer


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (place("t1.examine", PARALLEL), "place.not_triage"),
        (place("t9.triage", PARALLEL), "place.not_triage"),
        (reassign("t1.decide", "moh"), "reassign.not_running"),
        (reassign("t1.examine", "moh"), "reassign.same_agency"),
        (reassign("t1.examine", "mod", actor=Actor(kind="agency", id="moh")), "reassign.not_staff"),
        (reassign("t1.examine", "sicc"), "reassign.not_connected"),
    ],
)
def test_a_command_that_is_not_allowed_is_refused_with_a_code_and_a_way_out(command, code):
    case = Case().take(receive(SEQUENTIAL))
    before = case.state.steps
    case.take(command)
    (refusal,) = case.happened(CommandRefused)
    assert refusal.code == code
    assert refusal.allowed.endswith(".")
    assert case.state.steps == before
    assert not case.state.seen[command.id].accepted


def test_a_fire_is_decided_after_a_status_that_came_in_time():
    case = Case().take(receive(PARALLEL))
    due = case.state.step("t1.medical").clocks[1].due_at
    fire = FireTimer(id="timer/late", received_at=due)
    in_time = report("t1.medical", "fulfilled", at=due)
    case.take(fire, in_time, now=due)
    step = case.state.step("t1.medical")
    assert step.in_time
    assert not any("service_norm/deadline" in level for level in step.reached)


def test_a_case_nobody_opened_takes_nothing():
    case = Case().take(report("t1.examine", "fulfilled"))
    assert case.events == []
