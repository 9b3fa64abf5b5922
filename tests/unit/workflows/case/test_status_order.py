"""Statuses come doubled, shuffled and late: what is shown of their step does not depend on it."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.step_events import StatusIgnored
from tests.builders import RULES, SEQUENTIAL, STAFF, appeal, by, later, receive, report
from tests.case import Case
from workflows.case.commands import ReportStatus, SettleTask
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

PROGRESS = ("acknowledged", "in_progress", "information_requested", "note")
ENDS = ("fulfilled", "refused")


def _reported(number: int, status: str) -> ReportStatus:
    """The `number`th status of the agency, received in that order."""
    return report("t1.examine", status, sequence=number, at=later(number), status_id=f"status-{number}")


@st.composite
def streams(draw: st.DrawFn) -> list[ReportStatus]:
    """What one agency reports of a step, in its own order: some progress, perhaps an end, perhaps more."""
    progress = draw(st.lists(st.sampled_from(PROGRESS), max_size=5))
    end = draw(st.one_of(st.none(), st.sampled_from(ENDS)))
    after = draw(st.lists(st.sampled_from(PROGRESS), max_size=2)) if end else []
    return [
        _reported(n, status) for n, status in enumerate([*progress, *([end] if end else []), *after], start=1)
    ]


def _shown(batches: list[list[ReportStatus]], delay: timedelta) -> dict[str, Any]:
    state = CaseState(case_id=appeal().case_id)
    state = fold(state, decide_all(state, [receive(SEQUENTIAL)], later(0), RULES))
    for number, batch in enumerate(batches):
        fresh = list({c.id: c for c in batch if c.id not in state.seen}.values())
        now = max([later(number + 1), *(command.received_at for command in fresh)]) + delay
        state = fold(state, decide_all(state, fresh, now, RULES))
    step = state.step("t1.examine")
    assert step is not None
    shown = step.model_dump(include={"status", "ended_by", "in_time"})
    return {**shown, "outcome": state.outcome, "decide": [s.status for s in state.steps_of("t1")]}


@given(streams(), st.randoms(use_true_random=False), st.integers(0, 60), st.data())
def test_permutations_repetitions_and_delays_end_in_the_same_state(reported, chance, hours, data):
    in_order = _shown([[command] for command in reported], timedelta(0))
    shuffled = [*reported, *(chance.choices(reported, k=2) if reported else [])]
    chance.shuffle(shuffled)
    batches: list[list[ReportStatus]] = []
    while shuffled:
        size = data.draw(st.integers(1, 3))
        batches.append(shuffled[:size])
        del shuffled[:size]
    assert _shown(batches, timedelta(hours=hours)) == in_order


@given(st.permutations([_reported(1, "acknowledged"), _reported(2, "fulfilled"), _reported(3, "refused")]))
def test_two_ends_that_contradict_each_other_are_put_before_a_person_in_any_order(order):
    state = CaseState(case_id=appeal().case_id)
    state = fold(state, decide_all(state, [receive(SEQUENTIAL)], later(0), RULES))
    for command in order:
        state = fold(state, decide_all(state, [command], later(5), RULES))
    assert [(task.kind, task.subject, task.decision) for task in state.tasks] == [
        ("contradictory_ends", "t1.examine", None)
    ]


def test_a_correction_before_one_that_a_person_confirmed_waits_for_nobody():
    end = report("t1.examine", "fulfilled", sequence=2, at=later(2))
    corrections = [
        report("t1.examine", "corrected", sequence=number, at=later(3), status_id=f"c{number}")
        for number in (9, 4)
    ]
    case = Case().take(receive(SEQUENTIAL), end, corrections[0])
    confirm = {"task": "correction/t1.examine/1", "decision": "confirm"}
    case.take(SettleTask(**by(STAFF, "confirm", 4), **confirm)).take(corrections[1])
    assert [task.decision for task in case.state.tasks] == ["confirm"]
    assert case.happened(StatusIgnored)[-1].reason == "status.nothing_to_correct"
    case.take(report("t1.examine", "fulfilled", sequence=10, at=later(6), status_id="again"))
    assert case.state.step("t1.examine").status == "fulfilled"
