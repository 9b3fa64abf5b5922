"""The commands of the centre's staff: the case takes them."""

from dataclasses import replace

import pytest

from casework.commands import applicant, staff
from catalogue.terms import CENTRE
from kit.errors import PermanentError
from tests.builders import PARALLEL, PERSON, SEQUENTIAL, appeal, of_person, receive
from tests.unit.casework.harness import CaseHarness, running
from workflows.case.clocks import norm_of


def test_the_staff_split_a_case_and_join_it_to_another_of_the_same_person() -> None:
    case, other = CaseHarness().take(of_person(receive(SEQUENTIAL, PARALLEL))), CaseHarness()
    other.state = other.state.model_copy(update={"case_id": appeal(2).case_id})
    other.take(of_person(receive(SEQUENTIAL, number=2)))
    assert case.execute(staff.split(["t2"])) == "accepted"
    command = staff.join()(replace(case.context(), other=other.state))
    assert (command.into, command.applicant, command.pending) == (other.state.case_id, PERSON, True)
    with pytest.raises(PermanentError, match=r"case\.unknown"):
        staff.join()(case.context())


def test_a_running_case_takes_the_commands_of_the_staff() -> None:
    case = running()
    assert case.execute(staff.suspend("t1.examine", "force_majeure", "flood")) == "accepted"
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
        assert case.execute(builder) == "accepted", case.refused
    assert case.state.outcome == "withdrawn"


def test_the_term_that_is_extended_is_named_by_the_tracking_number_of_its_appeal() -> None:
    case = running()
    assert case.execute(staff.extend(3, "documents_missing", "VHD-1")) == "accepted"
    (term,) = case.state.terms
    assert (term.key, term.clock.extension_days) == (case.state.appeals[0].appeal_id, 3)
    assert case.execute(staff.extend(3, "documents_missing", "VHD-9")) == "extend.not_open"


def test_a_triage_step_is_placed_and_a_step_of_the_centre_reported_on() -> None:
    case = CaseHarness().take(receive())
    assert (
        case.execute(staff.place("t1.triage", ["disability-assessment", "disability-pension"])) == "accepted"
    )
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
        case.execute(staff.migrate("t1")) == "migrate.step_missing"
    )  # its steps are not those of the real one
    with pytest.raises(PermanentError, match="track_unknown"):
        staff.migrate("t9")(case.context())
