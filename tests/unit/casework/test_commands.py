"""What people say becomes the right command, and the case takes it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from casework.calendar_revision import calendar_of, revise
from casework.commission_commands import Instruction
from pydantic import ValidationError

from casework import applicant_commands as applicant
from casework import commission_commands as commission
from casework import staff_commands as staff
from catalogue.terms import CENTRE
from kit.errors import PermanentError
from schemas.actors import Actor
from schemas.clocks import ClockReading
from tests.builders import PARALLEL, PERSON, SEQUENTIAL, appeal, later, of_person, receive, report
from tests.case import earliest
from tests.unit.casework.harness import CATALOGUE, CaseHarness
from workflows.case.clocks import norm_of
from workflows.case.commands import FireTimer

COMMISSION = Actor(kind="commission", id="commission")


def running() -> CaseHarness:
    return CaseHarness().take(receive(SEQUENTIAL))


def answered(by: str = "moh") -> CaseHarness:
    case = running()
    if by == "moh":
        return case.take(report("t1.examine", "refused"))
    case.take(report("t1.examine", "fulfilled"))
    return case.take(report("t1.decide", "refused", agency=by, at=later(2)))


def test_the_staff_split_a_case_and_join_it_to_another_of_the_same_person() -> None:
    case, other = CaseHarness().take(of_person(receive(SEQUENTIAL, PARALLEL))), CaseHarness()
    other.state = other.state.model_copy(update={"case_id": appeal(2).case_id})
    other.take(of_person(receive(SEQUENTIAL, number=2)))
    assert case.build(staff.split(["t2"])) == "accepted"
    command = staff.join()(replace(case.context(), other=other.state))
    assert (command.into, command.applicant, command.pending) == (other.state.case_id, PERSON, True)
    with pytest.raises(PermanentError, match="which case"):
        staff.join()(case.context())


def test_a_repeat_has_the_same_id_and_another_kind_another() -> None:
    case = running()
    first, second = (staff.resume("t1.examine")(case.context(key="mine")) for _ in range(2))
    assert first.id == second.id == "desk/resume_clock/mine"
    assert staff.redispatch("t1.examine", "lost")(case.context(key="mine")).id == "desk/redispatch_step/mine"
    assert case.build(staff.suspend("t1.examine", "agency", "flood"), key="once") == "accepted"
    events = len(case.events)
    assert (
        case.build(staff.suspend("t1.examine", "agency", "flood"), key="twice") == "suspend.suspended_already"
    )
    assert len(case.events) == events + 1


def test_the_staff_speak_to_a_running_case() -> None:
    case = running()
    assert case.build(staff.suspend("t1.examine", "force_majeure", "flood")) == "accepted"
    step = case.state.step("t1.examine")
    assert step is not None and (norm := norm_of(step)) is not None and norm.suspended
    assert norm.suspensions[0].charged_to == "force_majeure"
    for builder in (
        staff.resume("t1.examine"),
        staff.extend(10, "documents_missing"),
        staff.annotate(),
        staff.redispatch("t1.examine", "lost"),
        staff.reassign("t1.examine", "mod"),
        applicant.provide_information("t1.examine"),
        staff.close("t1", "refused", "already_provided"),
        applicant.rate("t1", 2),
        staff.reopen("t1", "new_facts"),
        applicant.withdraw("t1"),
    ):
        assert case.build(builder) == "accepted", case.refused
    assert case.state.outcome == "withdrawn"


def test_a_triage_step_is_placed_and_a_step_of_the_centre_reported_on() -> None:
    case = CaseHarness().take(receive())
    assert case.build(staff.place("t1.triage", ["disability-assessment", "disability-pension"])) == "accepted"
    assert [track.service for track in case.state.tracks[1:]] == [
        "disability-assessment",
        "disability-pension",
    ]
    other = CaseHarness().take(receive())
    context = staff.report("t1.triage", "refused", "not_competent")(other.context())
    assert (context.status.agency_id, context.status.status_id, context.status.sealed_note) == (
        CENTRE,
        context.id,
        "sealed",
    )
    assert other.take(context).state.outcome == "not_competent"


def test_a_track_is_moved_to_the_present_passport() -> None:
    """The one it began with is made up here, under the code of a real service."""
    case = CaseHarness().take(receive(PARALLEL))
    assert (
        case.build(staff.migrate("t1")) == "migrate.step_missing"
    )  # its steps are not those of the real one
    with pytest.raises(PermanentError, match="track_unknown"):
        staff.migrate("t9")(case.context())


@pytest.mark.parametrize(
    ("builder", "code"),
    [
        (staff.report("t9.no", "note"), "step_unknown"),
        (staff.place("t1.triage", ["moon-landing"]), "unknown_service"),
        (staff.reassign("t1.examine", "moon"), "unknown_agency"),
        (staff.close("t1", "refused", "no_such_reason"), "unknown_reason"),
        (staff.extend(5, "no_such_reason"), "unknown_reason"),
        (applicant.object_to("t9"), "track_unknown"),
        (commission.decide("agenda/case/1", Instruction("moon", 5)), "unknown_agency"),
        (commission.decide("agenda/case/1", Instruction("moh", 5, "moon")), "unknown_service"),
    ],
)
def test_what_is_not_there_is_named(builder, code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        builder(running().context())
    assert caught.value.code == code


def test_a_reason_is_a_code_and_no_free_text() -> None:
    with pytest.raises(ValidationError):
        staff.redispatch("t1.examine", "Because he is ill")(running().context())


def test_the_agency_above_the_one_that_refused_reviews() -> None:
    case = answered()
    assert case.build(applicant.object_to("t1")) == "accepted"
    track = case.state.track("t2")
    assert track is not None and track.passport is not None
    assert (track.purpose, track.about, track.service) == ("review", "t1", "disability-assessment")
    assert (case.state.status, case.state.steps[-1].agency_id) == ("open", "mlspp")
    assert track.passport.steps[0].disclose == ("applicant.surname",)
    assert case.build(applicant.object_to("t1")) == "object.reviewed_already"
    case.take(report("t2.review", "fulfilled", agency="mlspp", at=later(5)))
    assert case.state.outcome == "satisfied"
    assert [track.outcome for track in case.state.tracks] == ["refused", "satisfied"]


def test_above_the_ministry_is_the_centre_with_the_time_of_a_review() -> None:
    case = answered(by="mlspp")
    assert case.build(applicant.object_to("t1")) == "accepted"
    step = case.state.steps[-1]
    assert step.agency_id == CENTRE
    assert {clock.kind: clock.working_days for clock in step.clocks} == {
        "acknowledgement": 2,
        "service_norm": 15,
    }
    assert case.build(staff.report("t2.review", "fulfilled"), at=later(6)) == "accepted"
    assert case.state.outcome == "satisfied"


def test_several_refusals_are_the_lead_agencys() -> None:
    case = CaseHarness().take(receive(PARALLEL))
    case.take(report("t1.medical", "refused"), report("t1.social", "refused", agency="mlspp", at=later(2)))
    track = case.state.track("t1")
    assert track is not None
    assert applicant.answered_by(case.state, track) == track.lead_agency == "moh"


def on_the_agenda(case: CaseHarness) -> str:
    """Let deadlines pass until the Commission has an item on the step."""
    for _ in range(20):
        if task := next((one for one in case.state.tasks if one.before == "commission"), None):
            return task.id
        due = earliest(case.state)
        assert due is not None
        case.take(FireTimer(id=f"clock/{case.state.seq}", received_at=due))
    raise AssertionError("nothing came on the agenda")


def test_the_commission_notes_an_item_or_tells_an_agency_what_to_do() -> None:
    case = running()
    item = on_the_agenda(case)
    late = case.state.task(item)
    assert late is not None
    assert case.build(commission.decide(item)) == "decide.not_commission"
    told = commission.decide(item, Instruction("samhi", 5))
    assert case.build(told, by=COMMISSION) == "accepted"
    track = case.state.tracks[-1]
    assert (track.purpose, track.about, track.service) == (
        "instruction",
        late.subject,
        "disability-assessment",
    )
    step = case.state.steps[-1]
    assert (step.agency_id, step.status) == ("samhi", "dispatched")
    assert [clock.working_days for clock in step.clocks if clock.kind == "service_norm"] == [5]
    assert case.build(commission.decide(item), by=COMMISSION) == "decide.no_agenda_item"


def test_an_instruction_about_an_appeal_in_triage_names_its_service() -> None:
    case = CaseHarness().take(receive())
    item = on_the_agenda(case)
    with pytest.raises(PermanentError, match=r"instruction\.no_service"):
        commission.decide(item, Instruction("moh", 5))(case.context())
    told = commission.decide(item, Instruction("moh", 5, "medicines"))
    assert case.build(told, by=COMMISSION) == "accepted"
    track = case.state.tracks[-1]
    medicines = CATALOGUE.passport("medicines")
    assert track.passport is not None
    assert set(track.passport.steps[0].disclose) == {p for s in medicines.steps for p in s.disclose}


def test_a_revised_calendar_reaches_back_to_the_oldest_clock() -> None:
    case = running()
    assert case.build(revise) == "accepted"
    clock = case.state.clock
    assert clock is not None
    before: ClockReading = clock.model_copy(update={"started_at": datetime(2021, 12, 31, 21, tzinfo=UTC)})
    older = case.state.model_copy(update={"clock": before, "steps": ()})
    calendar = calendar_of(CATALOGUE, older, datetime(2023, 1, 10, tzinfo=UTC))
    assert calendar.years == (2022, 2025)  # in Baku it was 2022 already
