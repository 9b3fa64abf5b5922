"""The rules of a case, with plain values."""

from typing import get_args

import pytest

from catalogue.hours import Maintenance
from catalogue.terms import CENTRE
from schemas.actors import Actor
from schemas.case_lifecycle_events import CaseAnswered, CommandRefused, TaskRaised, TrackAnswered
from schemas.deadline_events import DeadlineEscalated
from schemas.step_events import StatusIgnored, StepCancelled
from tests.builders import (
    MONDAY,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    accept,
    later,
    passport,
    place,
    reassign,
    receive,
    report,
    step,
)
from tests.case import Case, earliest
from tests.packaged import packaged
from workflows.case.commands import AnyCommand, FireTimer
from workflows.case.rules import Rules


def test_sequential_steps_follow_each_other_and_end_in_one_answer():
    case = Case().take(receive(SEQUENTIAL))
    assert [step.status for step in case.state.steps] == ["dispatched", "waiting"]
    case.take(report("t1.examine", "fulfilled"))
    assert [step.status for step in case.state.steps] == ["fulfilled", "dispatched"]
    assert not case.happened(CaseAnswered)
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=later(30)))
    assert (case.state.status, case.state.outcome, case.state.in_time) == ("answered", "satisfied", True)
    assert len(case.happened(TrackAnswered)) == len(case.happened(CaseAnswered)) == 1


def test_a_refusal_cancels_what_waits_for_it():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused", reason_code="not_entitled"))
    assert [payload.step for payload in case.happened(StepCancelled)] == ["t1.decide"]
    assert case.state.outcome == "refused"


def test_parallel_steps_are_sent_together_and_one_refusal_is_partial():
    case = Case().take(receive(PARALLEL))
    assert [step.status for step in case.state.steps] == ["dispatched", "dispatched"]
    case.take(report("t1.medical", "fulfilled"), report("t1.social", "refused", agency="mlspp"))
    assert case.state.outcome == "partly_satisfied"


def test_an_appeal_without_placement_goes_to_triage_with_the_forwarding_term():
    case = Case().take(receive())
    (step,) = case.state.steps
    assert (step.agency_id, step.status) == (CENTRE, "dispatched")
    assert [clock.kind for clock in step.clocks] == ["forwarding"]
    assert step.clocks[0].due_at.isoformat() == "2021-08-26T18:00:00+04:00"  # Mon + 3 working days


def test_placing_opens_the_service_and_triage_asks_for_no_answer():
    case = Case().take(receive()).take(place("t1.triage", SEQUENTIAL))
    assert case.state.step("t2.examine").status == "dispatched"
    case.take(report("t2.examine", "fulfilled"))
    case.take(report("t2.decide", "fulfilled", agency="mlspp"))
    assert [answer.service for answer in case.happened(TrackAnswered)] == [SEQUENTIAL.code]
    assert case.state.outcome == "satisfied"


def test_triage_that_finds_no_agency_ends_as_not_competent():
    refusal = report("t1.triage", "refused", agency=CENTRE, actor=STAFF, reason_code="not_competent")
    case = Case().take(receive()).take(refusal)
    assert case.state.outcome == "not_competent"


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


def test_the_escalation_policy_is_reached_in_order_each_level_once():
    case = Case().take(receive(SEQUENTIAL))
    told = []
    while case.state.status == "open" and earliest(case.state) is not None:
        seen = len(case.events)
        case.fire()
        told += [(b.subject, b.deadline) for b in case.events[seen:] if not isinstance(b, TaskRaised)]
    assert len(told) == len(set(told)) == 1 + 5 + 5  # acknowledgement, service norm, statutory term
    assert [clock for subject, clock in told if subject == "t1.examine"] == [
        "1/acknowledgement/deadline",
        "1/service_norm/reminder_50",
        "1/service_norm/reminder_80",
        "1/service_norm/deadline",
        "1/service_norm/ministry",
        "1/service_norm/commission",
    ]


def test_a_level_names_the_agencies_whose_people_are_told():
    case = Case().take(receive(SEQUENTIAL, PARALLEL))
    while case.state.status == "open" and earliest(case.state) is not None:
        case.fire()
    told = {(event.subject, event.agencies) for event in case.happened(DeadlineEscalated)}
    assert told == {
        ("t1.examine", ("moh",)),
        ("t2.social", ("mlspp",)),
        ("t2.medical", ("moh",)),
        ("case", ("mlspp", "moh")),  # those that lead what is still open
    }


def test_an_agency_is_maintained_in_its_own_windows_only():
    window = Maintenance(since=later(2), until=later(4), reason="update")
    rules = RULES.model_copy(update={"maintenance": {"moh": (window,)}})
    assert rules.maintained_until("moh", later(3)) == later(4)
    assert rules.maintained_until("moh", later(4)) is None
    assert rules.maintained_until("mlspp", later(3)) is None
    assert Rules.model_validate_json(rules.model_dump_json(by_alias=True)) == rules


def test_a_case_begins_with_the_windows_that_are_still_ahead():
    windows = tuple(
        Maintenance(since=later(hours), until=later(hours + 1), reason="update") for hours in (-5, -0.5, 9)
    )
    catalogue = packaged()
    moh = catalogue.agencies["moh"].model_copy(update={"maintenance": windows})
    announced = catalogue.model_copy(update={"agencies": {**catalogue.agencies, "moh": moh}})
    assert Rules.of(announced, MONDAY).maintenance == {"moh": windows[1:]}
    assert Rules.of(catalogue, MONDAY).maintenance == {}


def test_a_fire_is_decided_after_a_status_that_came_in_time():
    case = Case().take(receive(PARALLEL))
    due = case.state.step("t1.medical").clocks[1].due_at
    fire = FireTimer(id="timer/late", received_at=due)
    in_time = report("t1.medical", "fulfilled", at=due)
    case.take(fire, in_time, now=due)
    step = case.state.step("t1.medical")
    assert step.in_time
    assert not any("service_norm/deadline" in level for level in step.reached)


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


def test_a_later_appeal_joins_and_opens_only_what_is_not_open():
    case = Case().take(receive(SEQUENTIAL))
    case.take(receive(SEQUENTIAL, PARALLEL, number=2, at=later(3)))
    assert [track.service for track in case.state.tracks] == [SEQUENTIAL.code, PARALLEL.code]
    assert len(case.state.appeals) == 2


def test_an_appeal_that_reaches_an_answered_case_opens_it_again():
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "refused"))
    case.take(receive(SEQUENTIAL, number=2, at=later(5)))
    assert (case.state.status, case.state.opening) == ("open", 2)
    case.take(report("t2.examine", "refused", status_id="again"))
    assert [answer.opening for answer in case.happened(CaseAnswered)] == [1, 2]


def test_the_lead_of_a_local_service_is_the_agency_of_the_district():
    land = passport("land-plot", step("decide", "local-executive"))
    case = Case().take(receive(land, decide="nasimi-executive"))
    assert case.state.tracks[0].lead_agency == "nasimi-executive"


def test_a_case_nobody_opened_takes_nothing():
    case = Case().take(report("t1.examine", "fulfilled"))
    assert case.events == []


def test_every_kind_of_command_says_who_may_give_it():
    kinds = get_args(get_args(AnyCommand)[0])
    assert len(kinds) > 20 and all("permission" in vars(kind) for kind in kinds)
