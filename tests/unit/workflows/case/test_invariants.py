"""What always holds of a case: under any commands, in any order and time, with batches tried again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.chain import canonical, verify
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseAnswered, CaseOpened, CaseReopened
from schemas.deadline_events import (
    ClockRevised,
    DeadlineEscalated,
    DeadlineReminded,
    EscalationWithdrawn,
)
from schemas.hand_over_events import CaseHandedOver, TracksTakenOver
from schemas.step_events import StepCorrected, StepRestored
from tests.builders import MONDAY, PARALLEL, RULES, SEQUENTIAL, appeal, of_person, receive, report
from tests.case import Case, earliest
from tests.commands import COMMANDS
from workflows.case.commands import AnyCommand, FireTimer
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import evolve, fold
from workflows.case.state import CaseState

STEPS = ("t1.examine", "t1.decide", "t2.social", "t2.medical", "t3.review", "t9.nothing")
STATUSES = (
    *("acknowledged", "in_progress", "information_requested", "fulfilled", "refused", "forwarded"),
    *("note", "corrected"),
)
AGENCIES = ("moh", "mlspp", "centre")


class CaseMachine(RuleBasedStateMachine):
    """Keeps the state as the workflow does, the ledger as text, and what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CaseState(case_id=appeal().case_id)
        self.folded = self.state
        self.ledger: list[str] = []
        self.asked: set[str] = set()
        self.now = MONDAY
        self.number = 0

    @initialize(both=st.booleans())
    def open(self, both: bool) -> None:
        self._process_batch([of_person(receive(*((SEQUENTIAL, PARALLEL) if both else (SEQUENTIAL,))))])

    @rule(hours=st.integers(1, 400))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_timer_fires(self) -> None:
        due = earliest(self.state)
        if due is not None:
            self.now = max(self.now, due)
            self._process_batch([FireTimer(id=f"timer/{self.state.seq}", received_at=due)])

    @rule(
        step=st.sampled_from(STEPS),
        status=st.sampled_from(STATUSES),
        sequence=st.one_of(st.none(), st.integers(1, 9)),
        agency=st.sampled_from([None, None, None, *AGENCIES]),
        late=st.integers(0, 30),
        forward_to=st.sampled_from([None, *AGENCIES]),
    )
    def an_agency_reports(self, step, status, sequence, agency, late, forward_to) -> None:
        self._process_batch([self._status(step, status, sequence, agency, late, forward_to)])

    @rule(kind=st.sampled_from(sorted(COMMANDS)), chance=st.randoms(use_true_random=False))
    def somebody_commands(self, kind, chance) -> None:
        self._process_batch([self._command(kind, chance)])

    @rule(
        kinds=st.lists(st.sampled_from(sorted(COMMANDS)), min_size=1, max_size=3),
        more=st.lists(st.sampled_from(sorted(COMMANDS)), max_size=2),
        delay=st.integers(0, 200),
        chance=st.randoms(use_true_random=False),
    )
    def a_batch_fails_after_its_record_and_is_tried_again(self, kinds, more, delay, chance) -> None:
        """The second try has another time and other company; it adopts what the first one wrote."""
        batch = [self._command(kind, chance) for kind in kinds]
        before = self.state
        written = decide_all(before, batch, self.now, RULES)
        self.now += timedelta(hours=delay)
        company = [*(self._command(kind, chance) for kind in more), *batch]
        again = decide_all(before, company, self.now, RULES)  # what it would have written
        assert again or not written
        self._record(written)
        remembered = dict(self.state.seen)
        self._process_batch(company)
        assert {cause: self.state.seen[cause] for cause in remembered} == remembered

    @invariant()
    def the_fold_of_the_ledger_is_the_state(self) -> None:
        unread = self.ledger[self.folded.seq :]
        self.folded = fold(self.folded, map(RecordedEvent.model_validate_json, unread))
        assert self.folded == self.state
        assert self.state.seq == len(self.ledger)

    @invariant()
    def every_command_has_its_outcome(self) -> None:
        assert self.asked <= set(self.state.seen)

    @invariant()
    def an_ended_case_has_nothing_left_to_do(self) -> None:
        if self.state.ended:
            assert all(track.closed for track in self.state.tracks)
            assert earliest(self.state) is None

    def teardown(self) -> None:
        assert verify(self.ledger) == ()
        events = [RecordedEvent.model_validate_json(entry) for entry in self.ledger]
        _each_opening_has_one_answer(events, self.state)
        _each_level_is_reached_once(events)

    def _process_batch(self, commands: list[AnyCommand]) -> None:
        fresh = list({c.id: c for c in commands if c.id not in self.state.seen}.values())
        self.asked |= {c.id for c in commands if not isinstance(c, FireTimer)}
        self._record(decide_all(self.state, fresh, self.now, RULES))

    def _record(self, events: tuple[RecordedEvent, ...]) -> None:
        for event in events:
            before = self.state
            self.state = evolve(self.state, event)
            _clocks_went_forward(before, self.state, event)
            _ends_stood(before, self.state, event, events)
        self.ledger += [canonical(event) for event in events]

    def _status(self, step, status, sequence, agency, late, forward_to) -> AnyCommand:
        self.number += 1
        known = self.state.step(step)
        return report(
            step,
            status,
            agency=agency or (known.agency_id if known else "moh"),
            sequence=sequence,
            at=self.now - timedelta(hours=late),
            attempt=known.attempt if known else 1,
            status_id=f"status-{self.number}",
            forward_to=forward_to,
        )

    def _command(self, kind: str, chance) -> AnyCommand:
        self.number += 1
        return COMMANDS[kind](self.state, f"{kind}/{self.number}", self.now, chance)


def _clocks_went_forward(before: CaseState, after: CaseState, event: RecordedEvent) -> None:
    """No event but a revised calendar lets a running clock be due earlier than it was.

    Of a term that two cases have, the one that takes the tracks over keeps the end that comes first.
    """
    if isinstance(event.payload, ClockRevised):
        return
    if isinstance(event.payload, TracksTakenOver):
        assert after.clock == event.payload.clock
        before = before.model_copy(update={"terms": ()})
    for subject, old in _clocks(before).items():
        new = _clocks(after).get(subject)
        assert new is None or new >= old, f"{event.payload.type} took {old - new} from {subject}"


def _clocks(state: CaseState) -> dict[tuple[str, str, datetime], datetime]:
    terms = {("case", term.key, term.clock.started_at): term.clock.due_at for term in state.terms}
    return terms | {(s.key, c.kind, c.started_at): c.due_at for s in state.steps for c in s.clocks}


def _ends_stood(
    before: CaseState, after: CaseState, event: RecordedEvent, batch: tuple[RecordedEvent, ...]
) -> None:
    """What an agency ended is undone where its own end was corrected, or with what it followed on.

    A step is restored by reopening the answered track, or by the command that undid the end of a step before.
    """
    for step in before.steps:
        now = after.step(step.key)
        if step.status in ("fulfilled", "refused") and (now is None or now.status != step.status):
            assert isinstance(event.payload, StepCorrected | StepRestored), event.payload.type
            assert event.payload.step == step.key
            if isinstance(event.payload, StepRestored) and event.payload.reason != "track.reopened":
                assert event.payload.reason == "step.corrected"
                assert _undone_before(event, batch) & _all_before(before, step.key)


def _undone_before(event: RecordedEvent, batch: tuple[RecordedEvent, ...]) -> set[str]:
    """The steps whose end the command behind `event` undid; one recorded anew keeps what followed on it."""
    return {
        entry.payload.step
        for entry in batch
        if entry.cause == event.cause and entry.seq < event.seq
        if isinstance(entry.payload, StepCorrected) and entry.payload.reason != "status.deadline_moved"
    }


def _all_before(state: CaseState, key: str) -> set[str]:
    """The steps that `key` comes after, near or far."""
    step = state.step(key)
    near = set(step.after) if step else set()
    return near.union(*(_all_before(state, earlier) for earlier in near))


def test_an_end_that_sorts_first_undoes_the_present_one_and_what_followed_on_it() -> None:
    machine = CaseMachine()
    machine._process_batch([of_person(receive(SEQUENTIAL))])
    for key, agency in (("t1.examine", "moh"), ("t1.decide", "mlspp")):
        machine._process_batch([report(key, "fulfilled", agency=agency, at=MONDAY, status_id=f"b-{key}")])
    machine._process_batch([report("t1.examine", "refused", at=MONDAY, status_id="a")])
    written = [RecordedEvent.model_validate_json(entry) for entry in machine.ledger]
    undone = [e for e in written if isinstance(e.payload, StepCorrected)]
    restored = [e for e in written if isinstance(e.payload, StepRestored)]
    assert [(e.payload.step, e.payload.reason) for e in undone] == [("t1.examine", "status.earlier_end")]
    assert [(e.payload.step, e.payload.reason) for e in restored] == [("t1.decide", "step.corrected")]
    machine.teardown()


@pytest.mark.parametrize("change", [{"step": "t1.decide"}, {"reason": "status.deadline_moved"}])
def test_no_end_is_undone_where_none_that_it_follows_was(change: dict[str, str]) -> None:
    case = Case().take(receive(SEQUENTIAL))
    case.take(report("t1.examine", "fulfilled", at=MONDAY, status_id="b-1"))
    case.take(report("t1.decide", "fulfilled", agency="mlspp", at=MONDAY, status_id="b-2"))
    begun = case.state
    case.take(report("t1.examine", "refused", at=MONDAY, status_id="a"))
    batch = tuple(case.history[begun.seq :])
    for index, event in enumerate(batch):
        if isinstance(event.payload, StepRestored):
            before, after = fold(begun, batch[:index]), fold(begun, batch[: index + 1])
            _ends_stood(before, after, event, batch)
            with pytest.raises(AssertionError):
                _ends_stood(before, after, event, _with_corrected(batch, change))
            return
    pytest.fail("nothing was restored")


def _with_corrected(batch: tuple[RecordedEvent, ...], change: dict[str, str]) -> tuple[RecordedEvent, ...]:
    return tuple(
        entry.model_copy(update={"payload": entry.payload.model_copy(update=change)})
        if isinstance(entry.payload, StepCorrected)
        else entry
        for entry in batch
    )


def _each_opening_has_one_answer(events: list[RecordedEvent], state: CaseState) -> None:
    begins = CaseOpened | CaseReopened | TracksTakenOver
    openings = [
        e.payload.opening for e in events if isinstance(e.payload, begins) and e.payload.opening is not None
    ]
    answers = [e.payload.opening for e in events if isinstance(e.payload, CaseAnswered | CaseHandedOver)]
    assert len(set(answers)) == len(answers)
    expected = openings if state.ended else openings[:-1]
    assert answers == expected


def _each_level_is_reached_once(events: list[RecordedEvent]) -> None:
    """One that was withdrawn may be reached again."""
    reached: set[tuple[str, str]] = set()
    for payload in (event.payload for event in events):
        if isinstance(payload, DeadlineReminded | DeadlineEscalated):
            assert (payload.subject, payload.deadline) not in reached
            reached.add((payload.subject, payload.deadline))
        elif isinstance(payload, EscalationWithdrawn):
            reached.remove((payload.subject, payload.deadline))


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(stateful_step_count=20)
