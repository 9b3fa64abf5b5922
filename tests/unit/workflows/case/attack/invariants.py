"""What holds after every decision of an attack, whatever was asked by whom."""

from collections.abc import Iterable

from doctor.case_invariants import StoredCase, check_case
from ledger.chain import canonical
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseReopened
from schemas.deadline_events import (
    CASE_SUBJECT,
    ClockRevised,
    DeadlineEscalated,
    DeadlineReminded,
    EscalationWithdrawn,
    TermExtended,
)
from schemas.hand_over_events import TracksTakenOver
from tests.case import earliest
from tests.unit.workflows.case.attack.played import PlayedCase
from tests.unit.workflows.case.attack.worlds import World
from workflows.case.clocks import norm_of, own_clock, running_clocks
from workflows.case.commands import AnyCommand, ExtendTerm, PlaceAppeal, ReviseCalendar
from workflows.case.decide.information import REQUESTED
from workflows.case.evolve.evolver import evolve
from workflows.case.read_model import case_row
from workflows.case.state import CaseState, StepState

Made = tuple[CaseState, RecordedEvent, CaseState]


class Broken(AssertionError):
    """An invariant that does not hold; `rule` is its name."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule


def require(holds: bool, rule: str, detail: object = "") -> None:
    """Break `rule` where it does not hold."""
    if not holds:
        raise Broken(rule, str(detail))


def check_batch(world: World, case: PlayedCase, made: Iterable[Made]) -> None:
    """Check one decision that was just taken."""
    for before, event, after in made:
        _terms_stay(before, event, after)
        _norms_stay(before, event, after)
    _fold_of_what_was_written(case)
    _nothing_is_lost(case)
    _numbers_are_unique(case.state)
    _law(world, case)
    _ended_case_is_at_rest(case.state)
    _every_open_track_goes_on(case.state)
    _norms_stand_still_for_a_reason(case.state)


def check_commands(commands: Iterable[AnyCommand], made: Iterable[Made]) -> None:
    """Only a command that is about terms has moved one."""
    by_id: dict[str, AnyCommand] = {}
    for command in commands:  # of several with one id the first is decided
        by_id.setdefault(command.id, command)
    for before, event, after in made:
        command = by_id.get(event.cause)
        if isinstance(event.payload, TermExtended) and isinstance(command, ExtendTerm) and command.term:
            extended = {term.key for term in after.terms if before.term(term.key) != term}
            require(extended == {command.term}, "term.extended_another", (command.term, extended))
        if isinstance(event.payload, ClockRevised) and event.payload.subject == CASE_SUBJECT:
            about_terms = isinstance(command, PlaceAppeal | ReviseCalendar | ExtendTerm)
            require(about_terms, "term.moved_by", event.payload)


def carry_over(case: PlayedCase) -> None:
    """The state is the same after continue-as-new, which carries it as JSON; the case goes on from that."""
    carried = CaseState.model_validate_json(case.state.model_dump_json(exclude_none=True))
    require(carried == case.state, "state.carried", carried.case_id)
    case.state = carried


def check_whole(case: PlayedCase) -> None:
    """The history verifies, replays, and shows what the read model was given batch by batch."""
    if not case.ledger:
        return
    _levels_are_reached_once(case.history)
    stored = StoredCase(
        case_id=case.state.case_id,
        entries=case.ledger,
        row=case_row(case.state, case.closed_at),
        tracks=list(case.tracks.values()),
        steps=list(case.steps.values()),
    )
    found = check_case(stored)
    require(not found, "doctor", found)


def _levels_are_reached_once(history: Iterable[RecordedEvent]) -> None:
    """One that was withdrawn, and one of a clock that began anew, may be reached again."""
    reached: set[tuple[str, str]] = set()
    for payload in (event.payload for event in history):
        if isinstance(payload, DeadlineReminded | DeadlineEscalated):
            level = (payload.subject, payload.deadline)
            require(level not in reached, "level.reached_twice", level)
            reached.add(level)
        elif isinstance(payload, EscalationWithdrawn):
            reached.discard((payload.subject, payload.deadline))


def _fold_of_what_was_written(case: PlayedCase) -> None:
    """What is in the ledger, read again, makes the same state, and says the same."""
    for entry in case.ledger[case.folded.seq :]:
        event = RecordedEvent.model_validate_json(entry)
        require(canonical(event) == entry, "event.json", entry)
        case.folded = evolve(case.folded, event)
    require(case.folded == case.state, "state.folded", case.state.case_id)
    require(case.state.seq == len(case.ledger), "ledger.sequence", case.state.seq)


def _nothing_is_lost(case: PlayedCase) -> None:
    waiting = {command.id for command in case.inbox}
    lost = case.asked - waiting - set(case.state.seen)
    require(not lost, "command.lost", lost)


def _numbers_are_unique(state: CaseState) -> None:
    for name, keys in {
        "tracks": [track.key for track in state.tracks],
        "steps": [step.key for step in state.steps],
        "terms": [term.key for term in state.terms],
        "runs": [term.run for term in state.terms],
        "tasks": [task.id for task in state.tasks],
        "messages": [message.id for message in state.messages],
        "appeals": [appeal.appeal_id for appeal in state.appeals],
        "reached": list(state.reached),
    }.items():
        require(len(set(keys)) == len(keys), f"unique.{name}", keys)
    for step in state.steps:
        attempts = [step.attempt, *(former.attempt for former in step.former)]
        require(len(set(attempts)) == len(attempts), "unique.attempts", step.key)
        ids = [known.id for known in step.statements]
        require(len(set(ids)) == len(ids), "unique.statements", step.key)


def _terms_stay(before: CaseState, event: RecordedEvent, after: CaseState) -> None:
    """No event moves a term but the one that it names, and only events about terms move one."""
    moved = {
        term.key
        for term in before.terms
        if (now := after.term(term.key)) is None or now.clock.due_at != term.clock.due_at
    }
    payload = event.payload
    match payload:
        case TermExtended() | ClockRevised() if moved:
            named = payload.term or next(iter(before.running_terms)).key
            require(moved == {named}, "term.of_another", (payload, moved))
        case TracksTakenOver():
            came = {term.term for term in payload.terms or ()}
            require(moved <= came, "term.of_another", (payload.hand_over, moved))
            for key in moved:
                old, new = before.term(key), after.term(key)
                kept = old is not None and new is not None
                shorter = kept and (old.ended or new.clock.due_at < old.clock.due_at)
                require(bool(shorter), "term.lengthened", key)
        case CaseReopened():
            require(moved <= {payload.term}, "term.of_another", (payload, moved))
        case _:
            require(not moved, "term.moved", (payload.type, moved))


def _norms_stay(before: CaseState, event: RecordedEvent, after: CaseState) -> None:
    """No event moves the clock of a step but of the one that it names."""
    payload = event.payload
    named = {getattr(payload, "step", None), getattr(payload, "subject", None)}
    for step in before.steps:
        present = after.step(step.key)
        if present is not None and step.key not in named and present.clocks != step.clocks:
            raise Broken("norm.of_another", f"{payload.type} moved {step.key}")


def _law(world: World, case: PlayedCase) -> None:
    """No statutory term is beyond what the law allows."""
    terms = case.rules.terms
    for term in case.state.running_terms:
        clock = term.clock
        require(clock.working_days <= world.longest_term, "law.term", clock)
        require(clock.extension_days <= terms.extension, "law.extension", clock)
        if case.calendars == 1 and clock.calendar == _name(case):
            days = clock.working_days + clock.extension_days
            due_at = case.rules.calendar.due_at(clock.started_at, days)
            require(clock.due_at == due_at, "law.due_at", (clock, due_at))


def _name(case: PlayedCase) -> str:
    return f"{case.rules.calendar.code}@{case.rules.calendar.version}"


def _ended_case_is_at_rest(state: CaseState) -> None:
    if not state.ended:
        return
    require(not state.running_terms, "ended.term_runs", state.case_id)
    require(not list(running_clocks(state)), "ended.clock_runs", state.case_id)
    require(earliest(state) is None, "ended.timer", state.case_id)
    require(all(track.closed for track in state.tracks), "ended.track_open", state.case_id)
    require(all(step.ended for step in state.steps), "ended.step_open", [step.status for step in state.steps])


def _every_open_track_goes_on(state: CaseState) -> None:
    """Each open track has a step that somebody must do, and a term in which it must be answered."""
    if state.status == "none":
        return
    open_tracks = [track for track in state.tracks if not track.closed]
    require(bool(open_tracks) == (state.status == "open"), "case.open", state.status)
    for track in open_tracks:
        steps = state.steps_of(track.key)
        require(any(step.running for step in steps), "track.stuck", (track.key, steps))
        for step in steps:
            require(step.ended or _goes_on(state, step), "step.stuck", (step.key, step.status))
        asked = any(track.key in (term.tracks or (track.key,)) for term in state.running_terms)
        require(asked, "track.no_term", track.key)


def _goes_on(state: CaseState, step: StepState) -> bool:
    """Somebody must do the step by a clock, or it waits for one of which that is so."""
    if step.running:
        return step.attempt > 0 and own_clock(step.clocks) is not None
    before = [known for key in step.after if (known := state.step(key)) is not None]
    if step.status != "waiting" or len(before) != len(step.after):
        return False
    if any(earlier.status in ("refused", "cancelled") for earlier in before):
        return False
    still = [earlier for earlier in before if not earlier.ended]
    return bool(still) and all(_goes_on(state, earlier) for earlier in still)


def _norms_stand_still_for_a_reason(state: CaseState) -> None:
    """A norm waits for the applicant while they are asked; once they are told, their own time ends that."""
    for step in state.steps:
        asks = step.status == "information_requested"
        norm = norm_of(step)
        waits = [
            pause
            for pause in (norm.suspensions if norm is not None else ())
            if pause.until is None and pause.reason == REQUESTED
        ]
        if step.running and norm is not None:
            require(bool(waits) == asks, "norm.waits", (step.key, step.status, waits))
        if asks:
            own = [clock for clock in step.clocks if clock.kind == "information"]
            informing = [
                task
                for task in state.tasks
                if (task.notice, task.subject, task.decision) == ("information", step.key, None)
            ]
            ends = len(own) == 1 and bool(own[0].levels)
            require(ends != bool(informing), "question.no_end", step.key)
