"""Not only when something is recorded, but as what: the kind of event, its reason, its number."""

import pytest

from schemas.case_lifecycle_events import CaseReopened, TrackOpened, TrackReopened
from schemas.deadline_events import CASE_SUBJECT, DeadlineEscalated, DeadlineReminded
from schemas.step_events import InformationProvided, StepCorrected, StepRestored
from tests.builders import (
    MONDAY,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    by,
    later,
    passport,
    receive,
    report,
    step,
)
from tests.builders import placement as placed
from tests.case import Case
from tests.commands import APPLICANT, COMMISSION
from workflows.case.commands import AnyCommand, DecideAgendaItem, ProvideInformation, SettleTask

FAN = passport(
    "fan",
    step("first", "moh", resolve=4),
    step("second", "mlspp", "first"),
    step("third", "mod", "second"),
    step("beside", "samhi"),
    term=9,
)


def _ended(key: str, agency: str, hours: float, status: str = "fulfilled", **more: object) -> AnyCommand:
    return report(key, status, agency=agency, at=later(hours), **more)


def _confirm(task: str, hours: float) -> AnyCommand:
    return SettleTask(**by(STAFF, f"confirm/{hours}", hours), task=task, decision="confirm")


def test_before_the_deadline_people_are_reminded_and_at_it_told_of_an_escalation() -> None:
    case = Case().take(receive(FAN)).fire_timers_until(later(24 * 40))
    for subject, days in (("t1.first", 4), (CASE_SUBJECT, 9)):
        reminded = [e for e in case.happened(DeadlineReminded) if e.subject == subject]
        escalated = [
            e for e in case.happened(DeadlineEscalated) if e.subject == subject and "acknow" not in e.deadline
        ]
        assert [(e.level, e.told) for e in reminded] == [
            ("reminder_50", ("handler",)),
            ("reminder_80", ("handler", "supervisor")),
        ]
        assert [e.level for e in escalated] == ["deadline", "ministry", "commission"]
        assert {e.due_at for e in (*reminded, *escalated)} == {RULES.calendar.due_at(MONDAY, days)}


def test_the_applicant_hears_of_the_delay_at_the_first_escalation_of_a_term_alone() -> None:
    case = Case().take(receive(FAN)).fire_timers_until(later(24 * 40))
    delays = [(e.subject, e.level) for e in case.happened(DeadlineEscalated) if e.delay]
    assert delays == [(CASE_SUBJECT, "deadline")]


def test_an_instruction_on_an_answered_case_opens_it_again_within_its_own_time() -> None:
    case = Case().take(receive(FAN)).fire_timers_until(later(24 * 40))
    for key, agency in (("first", "moh"), ("beside", "samhi"), ("second", "mlspp"), ("third", "mod")):
        case.take(_ended(f"t1.{key}", agency, 24 * 41))
    assert (case.state.status, case.state.outcome) == ("answered", "satisfied")
    order = placed(passport("order", step("do", "moh", resolve=7), step("check", "mod", resolve=12)))
    decide = {"task": "agenda/case/1", "instruction": order, "sealed_note": "sealed"}
    case.take(DecideAgendaItem(**by(COMMISSION, "decide", 24 * 42), **decide))
    (reopened,) = case.happened(CaseReopened)
    assert (reopened.reason, reopened.opening) == ("commission.instruction", 2)
    opened = case.happened(TrackOpened)[-1]
    assert (opened.purpose, opened.about, opened.sealed) == ("instruction", CASE_SUBJECT, "sealed")
    assert (case.state.status, case.state.outcome, case.state.in_time) == ("open", None, None)
    assert case.state.clock.working_days == 12
    assert case.state.clock.due_at == RULES.calendar.due_at(later(24 * 42), 12)
    assert [s.status for s in case.state.steps_of("t2")] == ["dispatched", "dispatched"]
    case.take(_ended("t2.do", "moh", 24 * 43), _ended("t2.check", "mod", 24 * 43))
    assert (case.state.status, case.state.outcome, case.state.in_time) == ("answered", "satisfied", True)


def test_a_correction_restores_the_steps_that_had_begun_for_it_and_says_why() -> None:
    case = Case().take(receive(FAN), _ended("t1.first", "moh", 2), _ended("t1.beside", "samhi", 3))
    case.take(_ended("t1.first", "moh", 4, "corrected"))
    case.take(_confirm("correction/t1.first/1", 5))
    (corrected,) = case.happened(StepCorrected)
    assert (corrected.step, corrected.undone, corrected.task) == (
        "t1.first",
        "fulfilled",
        "correction/t1.first/1",
    )
    assert corrected.reason is None
    restored = [(event.step, event.reason) for event in case.happened(StepRestored)]
    assert restored == [("t1.second", "step.corrected")]  # the third had not begun, the one beside goes on
    assert case.happened(TrackReopened) == []
    statuses = {s.code: s.status for s in case.state.steps}
    assert statuses == {
        "first": "in_progress",
        "second": "waiting",
        "third": "waiting",
        "beside": "fulfilled",
    }


def test_a_correction_after_the_answer_reopens_the_track_and_says_why() -> None:
    case = Case().take(receive(FAN, PARALLEL))
    for hours, (key, agency) in enumerate(
        (("first", "moh"), ("beside", "samhi"), ("second", "mlspp"), ("third", "mod")), start=2
    ):
        case.take(_ended(f"t1.{key}", agency, hours))
    assert case.state.track("t1").outcome == "satisfied"
    case.take(_ended("t1.second", "mlspp", 9, "corrected"), _confirm("correction/t1.second/1", 10))
    assert [(event.track, event.reason) for event in case.happened(TrackReopened)] == [
        ("t1", "step.corrected")
    ]
    assert [event.step for event in case.happened(StepRestored)] == ["t1.third"]
    assert (case.state.step("t1.first").status, case.state.track("t2").outcome) == ("fulfilled", None)


def test_what_the_applicant_gives_for_a_step_is_numbered_on() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL))
    for number, key in enumerate(["t1.examine", "t2.social", "t1.examine", "t1.examine", "t2.social"]):
        given = {"step": key, "sealed": f"sealed-{number}"}
        case.take(ProvideInformation(**by(APPLICANT, f"given/{number}", 2 + number), **given))
    numbers = [(event.step, event.number, event.sealed) for event in case.happened(InformationProvided)]
    assert numbers == [
        ("t1.examine", 1, "sealed-0"),
        ("t2.social", 1, "sealed-1"),
        ("t1.examine", 2, "sealed-2"),
        ("t1.examine", 3, "sealed-3"),
        ("t2.social", 2, "sealed-4"),
    ]
    assert case.state.step("t1.examine").information == ("sealed-0", "sealed-2", "sealed-3")


@pytest.mark.parametrize("asked", [True, False])
def test_what_is_given_unasked_is_recorded_as_that(asked: bool) -> None:
    case = Case().take(receive(SEQUENTIAL))
    if asked:
        case.take(report("t1.examine", "information_requested"))
    case.take(ProvideInformation(**by(APPLICANT, "given", 3), step="t1.examine", sealed="sealed"))
    assert [event.unasked for event in case.happened(InformationProvided)] == [None if asked else True]
