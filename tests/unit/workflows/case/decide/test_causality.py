"""The order of a batch: causes first; wall clocks order nothing but lateness."""

from itertools import permutations

from tests.builders import PARALLEL, SEQUENTIAL, STAFF, by, later, receive
from tests.case import Case
from workflows.case.commands import FireTimer, ResumeClock, SuspendClock
from workflows.case.decide.causality import in_causal_order
from workflows.case.state import CaseState

SUSPEND = SuspendClock(**by(STAFF, "suspend", 5), step="t1.examine", charged_to="agency", reason="study")
RESUME = ResumeClock(**by(STAFF, "resume", 4), step="t1.examine")


def _ids(state: CaseState, *commands) -> list[str]:
    return [command.id for command in in_causal_order(state, commands)]


def test_commands_are_decided_as_they_came_though_a_clock_says_otherwise():
    case = Case().take(receive(SEQUENTIAL))
    case.take(SUSPEND, RESUME, now=later(6))
    assert case.refusals() == []


def test_a_timer_comes_after_what_was_received_by_its_instant_and_before_the_rest():
    state = Case().take(receive(SEQUENTIAL)).state
    timer = FireTimer(id="timer", received_at=later(4))
    for batch in permutations([SUSPEND, RESUME, timer]):
        assert _ids(state, *batch) == ["resume", "timer", "suspend"]


def test_what_opens_a_case_comes_first_and_its_own_appeal_before_others():
    own, other = receive(SEQUENTIAL, at=later(9)), receive(PARALLEL, number=2, at=later(1))
    for batch in permutations([own, other, SUSPEND]):
        ordered = _ids(Case().state, *batch)
        assert ordered[0] == own.id
