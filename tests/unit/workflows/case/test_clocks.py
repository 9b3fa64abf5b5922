"""When the timer of a case fires: somewhat later than its deadline, but for the applicant's time."""

import uuid
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import RULES, SEQUENTIAL, later, receive, report
from tests.case import Case, earliest
from workflows.case.clocks import deadlines, next_timer
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

SPREAD = timedelta(seconds=200)


def _open(case_id: str) -> CaseState:
    state = CaseState(case_id=case_id)
    return fold(state, decide_all(state, [receive(SEQUENTIAL)], later(0), RULES))


@given(st.uuids())
def test_a_timer_fires_within_the_spread_and_never_before_its_deadline(case_id: uuid.UUID) -> None:
    state = _open(str(case_id))
    timer = next_timer(state, SPREAD)
    assert timer is not None and timer == next_timer(state, SPREAD)
    assert timer.due_at == earliest(state)
    assert timer.due_at <= timer.fires_at < timer.due_at + SPREAD


def test_cases_that_are_due_together_wake_evenly() -> None:
    named = (_open(str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))) for number in range(1_000))
    timers = [timer for state in named if (timer := next_timer(state, SPREAD)) is not None]
    tenths = Counter(int((timer.fires_at - timer.due_at) / SPREAD * 10) for timer in timers)
    assert len({timer.due_at for timer in timers}) == 1
    assert sorted(tenths) == list(range(10)) and max(tenths.values()) < 150


def test_the_applicant_s_time_ends_on_the_instant() -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "information_requested", sequence=1, at=later(5)))
    [lapse] = [
        deadline.level.at for deadline in deadlines(case.state) if deadline.clock.kind == "information"
    ]
    case.fire_timers_until(lapse - timedelta(seconds=1))
    timer = next_timer(case.state, SPREAD)
    assert timer is not None and (timer.due_at, timer.fires_at) == (lapse, lapse)


def test_where_nothing_is_due_there_is_no_timer() -> None:
    assert next_timer(CaseState(case_id=str(uuid.uuid4())), SPREAD) is None
