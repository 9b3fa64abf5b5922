"""From a builder to a command: ids, names that do not exist, fields that are not valid."""

import pytest
from pydantic import ValidationError

from casework.commands import applicant, commission, staff
from casework.commands.commission import Instruction
from kit.errors import PermanentError
from tests.unit.casework.harness import running


def test_a_repeat_has_the_same_id_and_another_kind_another() -> None:
    case = running()
    first, second = (staff.resume("t1.examine")(case.context(key="mine")) for _ in range(2))
    assert first.id == second.id == "casework/resume_clock/mine"
    assert (
        staff.redispatch("t1.examine", "lost")(case.context(key="mine")).id == "casework/redispatch_step/mine"
    )
    assert case.execute(staff.suspend("t1.examine", "agency", "flood"), key="once") == "accepted"
    events = len(case.events)
    assert (
        case.execute(staff.suspend("t1.examine", "agency", "flood"), key="twice")
        == "suspend.suspended_already"
    )
    assert len(case.events) == events + 1


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
def test_a_name_that_does_not_exist_is_refused_with_its_code(builder, code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        builder(running().context())
    assert caught.value.code == code


def test_a_reason_is_a_code_and_no_free_text() -> None:
    with pytest.raises(ValidationError):
        staff.redispatch("t1.examine", "Because he is ill")(running().context())
