"""What holds of a case whatever comes, in whatever order and time."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import canonical, chain, verify
from schemas.actors import Actor
from schemas.case_events import RecordedEvent
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    accept,
    appeal,
    later,
    place,
    reassign,
    receive,
    report,
)
from workflows.case.commands import AnyCommand, FireTimer, ReportStatus
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

STATUSES = [
    "acknowledged",
    "in_progress",
    "information_requested",
    "fulfilled",
    "refused",
    "forwarded",
    "note",
]
STEPS = ["t1.examine", "t1.decide", "t2.social", "t2.medical", "t3.triage", "t9.nothing"]
AGENCIES = ["moh", "mlspp", "centre", "mod"]


@st.composite
def commands(draw: st.DrawFn) -> AnyCommand:
    hours = draw(st.integers(1, 900))
    kind = draw(st.sampled_from(["report", "report", "report", "appeal", "place", "reassign", "fire"]))
    step = draw(st.sampled_from(STEPS))
    match kind:
        case "appeal":
            passports = draw(st.sampled_from([(), (SEQUENTIAL,), (PARALLEL,), (SEQUENTIAL, PARALLEL)]))
            return receive(*passports, number=draw(st.integers(1, 4)), at=later(hours))
        case "place":
            return place(step, PARALLEL, at=later(hours))
        case "reassign":
            return reassign(step, draw(st.sampled_from(AGENCIES)), at=later(hours))
        case "fire":
            return FireTimer(id=f"timer/{hours}", received_at=later(hours))
    return report(
        step,
        draw(st.sampled_from(STATUSES)),
        agency=draw(st.sampled_from(AGENCIES)),
        sequence=draw(st.one_of(st.none(), st.integers(1, 9))),
        at=later(hours),
        attempt=draw(st.integers(1, 3)),
        forward_to=draw(st.sampled_from([None, *AGENCIES])),
        actor=draw(st.sampled_from([None, Actor(kind="staff", id="operator")])),
    )


def run(batches: list[list[AnyCommand]]) -> tuple[CaseState, list[str]]:
    state = CaseState(case_id=appeal().case_id)
    entries: list[str] = []
    for batch in batches:
        fresh = list({c.id: c for c in batch if c.id not in state.seen}.values())
        if not fresh:
            continue
        recorded = decide_all(state, fresh, max(c.received_at for c in fresh), RULES)
        state = fold(state, recorded)
        entries += [canonical(event) for event in recorded]
    return state, entries


@given(st.lists(st.lists(commands(), min_size=1, max_size=4), max_size=12))
def test_whatever_comes_the_chain_verifies_and_every_command_has_an_outcome(batches):
    batches = [[receive(SEQUENTIAL)], *batches]
    state, entries = run(batches)
    assert verify(entries) == ()
    asked = {c.id for batch in batches for c in batch if not isinstance(c, FireTimer)}
    assert asked <= set(state.seen)
    assert state.seq == len(entries)


@given(st.lists(st.lists(commands(), min_size=1, max_size=4), max_size=10))
def test_the_fold_of_the_ledger_is_the_state_at_every_prefix(batches):
    state, entries = run([[receive(SEQUENTIAL)], *batches])
    events = [RecordedEvent.model_validate_json(entry) for entry in entries]
    folded = CaseState(case_id=state.case_id)
    for number, event in enumerate(events, start=1):
        folded = fold(folded, [event])
        assert folded.seq == number
    assert folded == state
    assert CaseState.model_validate_json(state.model_dump_json(exclude_none=True)) == state


@given(
    st.permutations(
        [
            report("t1.examine", "acknowledged", sequence=1),
            report("t1.examine", "in_progress", sequence=2),
            report("t1.examine", "information_requested", sequence=3),
            report("t1.examine", "in_progress", sequence=4, status_id="again"),
        ]
    ),
    st.lists(st.integers(0, 3), max_size=6),
)
def test_the_order_in_which_statuses_arrive_changes_nothing(order, repeats):
    batches = [[command] for command in [*order, *(order[index] for index in repeats)]]
    state, _ = run([[receive(SEQUENTIAL)], *batches])
    assert state.step("t1.examine").status == "in_progress"
    assert state.step("t1.examine").last_order[0] == 4


@given(
    st.permutations(
        [
            accept("t1.examine", at=later(3)),
            report("t1.examine", "in_progress", sequence=2),
            report("t1.examine", "information_requested", sequence=3),
            report("t1.examine", "in_progress", sequence=4, status_id="again"),
        ]
    ),
    st.booleans(),
)
def test_an_acknowledgement_by_acceptance_is_the_first_whenever_it_arrives(order, numbered):
    if not numbered:
        order = [_without_sequence(command) for command in order]
    state, _ = run([[receive(SEQUENTIAL)], *([command] for command in order)])
    assert state.step("t1.examine").status == "in_progress"
    assert state.step("t1.examine").last_order[2] == "again"


def _without_sequence(command: AnyCommand) -> AnyCommand:
    """A status with the instant that its sequence stands for."""
    if not isinstance(command, ReportStatus) or command.status.agency_sequence is None:
        return command
    at = later(command.status.agency_sequence)
    placed = {"agency_sequence": None, "occurred_at": at, "received_at": at}
    status = command.status.model_copy(update=placed)
    return command.model_copy(update={"status": status, "received_at": at})


@given(st.lists(commands(), min_size=1, max_size=6), st.integers(0, 200))
def test_a_batch_repeated_at_another_time_with_other_company_changes_nothing_recorded(batch, delay):
    """The second try adopts what the first wrote: only commands that are not among its causes are decided."""
    start = fold(
        CaseState(case_id=appeal().case_id),
        decide_all(CaseState(case_id=appeal().case_id), [receive(SEQUENTIAL)], later(0), RULES),
    )
    first = list({c.id: c for c in batch[: len(batch) // 2 + 1] if c.id not in start.seen}.values())
    stored = decide_all(start, first, later(900), RULES)
    adopted = fold(start, stored)
    second = [c for c in {c.id: c for c in batch}.values() if c.id not in adopted.seen]
    after = fold(adopted, decide_all(adopted, second, later(900 + delay), RULES))
    asked = {c.id for c in batch if not isinstance(c, FireTimer)}
    assert asked <= set(after.seen)
    assert {c: o for c, o in after.seen.items() if c in adopted.seen} == adopted.seen


def test_the_chain_continues_from_any_head():
    (opened, *_) = decide_all(CaseState(case_id=appeal().case_id), [receive(SEQUENTIAL)], later(0), RULES)
    again = chain("f" * 64, [opened])
    assert verify([canonical(again[0])], head="f" * 64) == ()
    assert verify([canonical(again[0])])[0].code == "ledger.link_broken"
