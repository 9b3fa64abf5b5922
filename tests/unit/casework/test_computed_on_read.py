"""What is computed on read: what is late, and when a step is due."""

from datetime import datetime, timedelta

import pytest

from casework.commands import staff
from casework.computed_on_read import is_case_late, is_step_late, step_due_at
from tests.builders import later, report
from tests.unit.casework.harness import running

DUE = later(24)
BEFORE, AFTER = DUE - timedelta(minutes=1), DUE + timedelta(minutes=1)
LONG_AFTER = later(24 * 60)


@pytest.mark.parametrize(
    ("closed_at", "in_time", "now", "late"),
    [
        pytest.param(None, None, DUE, False, id="open, due now"),
        pytest.param(None, None, AFTER, True, id="open, past its term"),
        pytest.param(BEFORE, True, AFTER, False, id="answered in time"),
        pytest.param(AFTER, True, AFTER, False, id="answered later, but the ledger has it in time"),
        pytest.param(AFTER, False, AFTER, True, id="answered late"),
        pytest.param(BEFORE, None, AFTER, False, id="handed over in time"),
        pytest.param(AFTER, None, AFTER, True, id="handed over late"),
        pytest.param(None, True, AFTER, True, id="reopened, past its term"),
    ],
)
def test_a_case_is_late_as_the_ledger_decided_else_by_its_end(
    closed_at: datetime | None, in_time: bool | None, now: datetime, late: bool
) -> None:
    assert is_case_late(DUE, closed_at, in_time, now) is late


def test_a_case_without_a_term_is_never_late() -> None:
    assert not is_case_late(None, None, None, LONG_AFTER)


def test_a_suspended_step_has_no_deadline_and_is_not_late() -> None:
    case = running()
    step = case.state.step("t1.examine")
    assert step is not None and step_due_at(step) is not None and is_step_late(step, LONG_AFTER)
    case.execute(staff.suspend("t1.examine", "applicant", "abroad"))
    step = case.state.step("t1.examine")
    assert step is not None and step_due_at(step) is None and not is_step_late(step, LONG_AFTER)


def test_a_step_that_ended_in_time_stays_in_time_and_one_that_waits_is_not_late() -> None:
    case = running().take(report("t1.examine", "fulfilled"))
    ended = case.state.step("t1.examine")
    assert ended is not None and not is_step_late(ended, LONG_AFTER)
    late = running().take(report("t1.examine", "fulfilled", at=LONG_AFTER)).state.step("t1.examine")
    assert late is not None and is_step_late(late, LONG_AFTER)
    waiting = running().state.step("t1.decide")
    assert waiting is not None and not is_step_late(waiting, LONG_AFTER)
