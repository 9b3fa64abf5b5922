"""What an assignment tells its agency."""

from kit.clock import Clock
from tests.builders import (
    PARALLEL,
    STAFF,
    accept,
    later,
    of_person,
    receive,
    report,
)
from tests.case import Case
from workflows.case.clocks import due_of
from workflows.case.commands import (
    RedispatchStep,
)
from workflows.case.outgoing import assignment_of


def _send_anew(step: str, hours: float) -> RedispatchStep:
    return RedispatchStep(id=f"anew/{hours}", actor=STAFF, received_at=later(hours), step=step, reason="lost")


def _asked() -> Case:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    return case.take(report("t1.medical", "information_requested", sequence=2, at=later(3)))


def test_an_agency_is_sent_the_deadline_that_decides_whether_it_is_late() -> None:
    for case in (_asked(), _asked().take(_send_anew("t1.medical", 20))):
        step = case.state.step("t1.medical")
        told = assignment_of(case.state, step, Clock(), 1)
        assert told is not None
        assert told.due_at == due_of(step).isoformat()
