"""Whatever agencies state, in whatever order and batches it arrives: the same case."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.agency_statuses import Status
from tests.builders import PARALLEL, RULES, SEQUENTIAL, appeal, later, receive, report
from workflows.case.commands import ReportStatus
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import evolve, fold
from workflows.case.state import CaseState, StepState
from workflows.case.statements import Statement
from workflows.case.status_fold import fold_statements
from workflows.case.status_order import in_order

NOW = later(24 * 40)
HOURS = st.integers(1, 200)
ASSIGNMENTS = {"t1.examine": "moh", "t2.social": "mlspp", "t2.medical": "moh"}
"""Assignments on which no other step waits but the last of its track."""
KINDS: tuple[Status, ...] = ("acknowledged", "in_progress", "information_requested", "note", "corrected")
ENDS: tuple[Status, ...] = ("fulfilled", "refused")


@st.composite
def statuses(draw: st.DrawFn, kinds: tuple[Status, ...]) -> list[ReportStatus]:
    """What agencies state about several assignments: numbered, partly, or not; at any times, also ahead."""
    numbered = {key: draw(st.sampled_from(["all", "some", "none"])) for key in ASSIGNMENTS}
    count = draw(st.integers(1, 6))
    found = []
    for number in range(count):
        key = draw(st.sampled_from(sorted(ASSIGNMENTS)))
        has_number = numbered[key] == "all" or (numbered[key] == "some" and draw(st.booleans()))
        received = later(draw(HOURS))
        ahead = timedelta(hours=draw(st.sampled_from([-30, -1, 0, 0, 0, 24 * 365])))
        command = report(
            key,
            draw(st.sampled_from(kinds)),
            agency=ASSIGNMENTS[key],
            sequence=draw(st.integers(0, 5)) if has_number else None,
            at=received,
            status_id=f"status-{number}",
            forward_to=draw(st.sampled_from(["samhi", "mod"])),
        )
        status = command.status.model_copy(update={"occurred_at": received + ahead})
        found.append(command.model_copy(update={"status": status}))
    return found


def _case(batches: list[list[ReportStatus]]) -> CaseState:
    state = CaseState(case_id=appeal().case_id)
    state = fold(state, decide_all(state, [receive(SEQUENTIAL, PARALLEL)], later(0), RULES))
    for batch in batches:
        fresh = list({c.id: c for c in batch if c.id not in state.seen}.values())
        for event in decide_all(state, fresh, NOW, RULES):
            state = evolve(state, event)
    return state


def _shown(step: StepState) -> dict[str, Any]:
    return step.model_dump(exclude={"early"})


def split_into_batches(draw: Any, commands: list[ReportStatus]) -> list[list[ReportStatus]]:
    """The commands in any order, some of them twice, in batches of any size."""
    repeated = [*commands, *draw(st.lists(st.sampled_from(commands), max_size=3))]
    shuffled = draw(st.permutations(repeated))
    batches = []
    while shuffled:
        size = draw(st.integers(1, len(shuffled)))
        batches.append(list(shuffled[:size]))
        shuffled = shuffled[size:]
    return batches


def _tasks(state: CaseState) -> set[tuple[str, str]]:
    return {(task.kind, task.subject) for task in state.tasks if task.decision is None}


def same_case(first: CaseState, second: CaseState) -> None:
    """Check that nothing that is shown of two cases differs."""
    assert [_shown(step) for step in first.steps] == [_shown(step) for step in second.steps]
    assert first.clock == second.clock
    assert [track.outcome for track in first.tracks] == [track.outcome for track in second.tracks]
    assert (first.status, first.outcome) == (second.status, second.outcome)
    assert _tasks(first) == _tasks(second)


@given(statuses(KINDS), st.data())
def test_any_order_and_any_batches_of_progress_make_the_same_case(commands, data):
    same_case(_case([commands]), _case(split_into_batches(data.draw, commands)))


@given(statuses((*KINDS, "fulfilled")), st.data())
def test_any_order_and_any_batches_with_ends_of_one_kind_make_the_same_case(commands, data):
    same_case(_case([commands]), _case(split_into_batches(data.draw, commands)))


@given(statuses((*KINDS, *ENDS)), st.data())
def test_any_order_and_any_batches_with_contradictory_ends_make_the_same_steps(commands, data):
    first, second = _case([commands]), _case(split_into_batches(data.draw, commands))
    for key in ASSIGNMENTS:
        assert _shown(first.step(key)) == _shown(second.step(key))
    assert [track.outcome for track in first.tracks] == [track.outcome for track in second.tracks]
    assert [step.status for step in first.steps] == [step.status for step in second.steps]
    assert _tasks(first) == _tasks(second)


def _after_forwards(state: CaseState) -> list[Any]:
    """What is shown of the steps, but for the numbers of attempts that were recalled."""
    shown = {"status", "agency_id", "hop", "ended_by", "in_time", "clocks", "clock_run"}
    steps = (step for step in state.steps if step.key in ASSIGNMENTS)
    return [step.model_dump(include=shown - ({"clock_run"} if step.hop else set())) for step in steps]


@given(statuses((*KINDS, "forwarded", "forwarded", "fulfilled")), st.data())
def test_any_order_and_any_batches_with_forwards_not_yet_taken_make_the_same_steps(commands, data):
    first, second = _case([commands]), _case(split_into_batches(data.draw, commands))
    assert _after_forwards(first) == _after_forwards(second)
    assert _tasks(first) == _tasks(second)


@given(statuses((*KINDS, *ENDS, "forwarded")), st.randoms(use_true_random=False))
def test_the_order_is_total_and_of_the_set(commands, chance):
    given_ = [Statement.of(command.status) for command in commands]
    shuffled = chance.sample(given_, len(given_))
    assert in_order(given_) == in_order(shuffled)
    assert in_order(in_order(given_)) == in_order(given_)
    assert sorted(in_order(given_), key=lambda one: one.id) == sorted(given_, key=lambda one: one.id)
    assert fold_statements(given_) == fold_statements(shuffled)
    sequences = [known.sequence for known in in_order(given_) if known.sequence is not None]
    assert sequences == sorted(sequences)
    times = [(known.at) for known in in_order(given_) if known.sequence is None]
    assert times == sorted(times)
