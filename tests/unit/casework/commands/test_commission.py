"""The commands of the Commission: an item of the agenda is noted, or becomes an instruction."""

import pytest

from casework.commands import commission
from casework.commands.commission import Instruction
from kit.errors import PermanentError
from tests.builders import receive
from tests.case import earliest
from tests.unit.casework.harness import CATALOGUE, COMMISSION, CaseHarness, running
from workflows.case.commands import FireTimer


def on_the_agenda(case: CaseHarness) -> str:
    """Let deadlines pass until the Commission has an item on the step."""
    for _ in range(20):
        if item := next((task for task in case.state.tasks if task.before == "commission"), None):
            return item.id
        due = earliest(case.state)
        assert due is not None
        case.take(FireTimer(id=f"timer/{case.state.seq}", received_at=due))
    raise AssertionError("nothing came on the agenda")


def test_the_commission_notes_an_item_or_instructs_an_agency() -> None:
    case = running()
    item = on_the_agenda(case)
    late = case.state.task(item)
    assert late is not None
    assert case.execute(commission.decide(item)) == "decide.not_commission"
    instruct = commission.decide(item, Instruction("samhi", 5))
    assert case.execute(instruct, by=COMMISSION) == "accepted"
    track = case.state.tracks[-1]
    assert (track.purpose, track.about, track.service) == (
        "instruction",
        late.subject,
        "disability-assessment",
    )
    step = case.state.steps[-1]
    assert (step.agency_id, step.status) == ("samhi", "dispatched")
    assert [clock.working_days for clock in step.clocks if clock.kind == "service_norm"] == [5]
    assert case.execute(commission.decide(item), by=COMMISSION) == "decide.no_agenda_item"


def test_an_instruction_about_an_appeal_in_triage_names_its_service() -> None:
    case = CaseHarness().take(receive())
    item = on_the_agenda(case)
    with pytest.raises(PermanentError, match=r"instruction\.no_service"):
        commission.decide(item, Instruction("moh", 5))(case.context())
    instruct = commission.decide(item, Instruction("moh", 5, "medicines"))
    assert case.execute(instruct, by=COMMISSION) == "accepted"
    track = case.state.tracks[-1]
    medicines = CATALOGUE.passport("medicines")
    assert track.passport is not None
    assert set(track.passport.steps[0].disclose) == {p for s in medicines.steps for p in s.disclose}
