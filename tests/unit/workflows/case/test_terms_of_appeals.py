"""A statutory term belongs to an appeal, and to an objection: each has its own, from its own receipt."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.terms import COMMISSION as COMMISSION_LEVEL
from schemas.case_lifecycle_events import CaseAnswered, CaseReopened
from schemas.deadline_events import ClockRevised, DeadlineEscalated, TermEnded, TermExtended
from tests.builders import (
    MONDAY,
    RULES,
    SEQUENTIAL,
    STAFF,
    appeal,
    by,
    later,
    of_person,
    passport,
    place,
    placement,
    receive,
    report,
    step,
)
from tests.case import Case, earliest
from tests.commands import APPLICANT, COMMANDS, COMMISSION, INSTRUCTION, REVIEW
from tests.hand_overs import taken
from workflows.case.clocks import running_clocks
from workflows.case.commands import (
    AnyCommand,
    CloseTrack,
    DecideAgendaItem,
    ExtendTerm,
    FireTimer,
    JoinCase,
    Object,
    PlaceAppeal,
    ReopenTrack,
    ReviseCalendar,
    SettleTask,
    SplitCase,
)
from workflows.case.state import CaseState, TermState

CALENDAR = RULES.calendar
ONE = passport("medicines", step("examine", "moh", resolve=14))
LONG = passport(
    "treatment-abroad", step("select", "moh", resolve=14), step("pay", "mlspp", "select", resolve=14), term=30
)
FIRST, SECOND = appeal(1).appeal_id, appeal(2).appeal_id
DAY = 24


def due(case: Case, key: str) -> datetime:
    term = case.state.term(key)
    assert term is not None
    return term.clock.due_at


def extend(identity: str, hours: float, term: str | None = None, days: int = 30) -> ExtendTerm:
    return ExtendTerm(**by(STAFF, identity, hours), days=days, reason="study", term=term)


def close(track: str, hours: float) -> CloseTrack:
    return CloseTrack(**by(STAFF, f"close/{track}", hours), track=track, outcome="satisfied", reason="done")


def test_each_appeal_is_extended_once_to_the_laws_maximum() -> None:
    """A second appeal that joins gives the first no second extension (findings C1)."""
    case = Case().take(receive(SEQUENTIAL), extend("first", DAY))
    maximum = CALENDAR.due_at(MONDAY, 15 + 30)
    at = MONDAY + timedelta(days=20)
    case.take(receive(SEQUENTIAL, number=2, at=at))
    assert (due(case, FIRST), due(case, SECOND)) == (maximum, CALENDAR.due_at(at, 15))
    case.take(extend("first again", 20 * DAY + 1, FIRST))
    assert case.refusals() == ["extend.extended_already"]
    case.take(extend("second", 20 * DAY + 2))
    assert (due(case, FIRST), due(case, SECOND)) == (maximum, CALENDAR.due_at(at, 45))
    assert case.state.clock.due_at == maximum, "the case is due at the earliest"
    assert [event.term for event in case.happened(TermExtended)] == [None, SECOND]
    case.take(extend("second again", 20 * DAY + 3, SECOND), extend("none", 20 * DAY + 4, "nobody"))
    assert case.refusals()[1:] == ["extend.extended_already", "extend.not_open"]


def test_an_appeal_that_joins_has_the_term_of_what_it_asks_for() -> None:
    """A pending matter and a service of 30 days, joined the day before the first term ends (findings C10)."""
    case = Case().take(receive(ONE))
    at = MONDAY + timedelta(days=18)
    case.take(receive(ONE, LONG, number=2, at=at))
    first, second = CALENDAR.due_at(MONDAY, 15), CALENDAR.due_at(at, 30)
    assert (due(case, FIRST), due(case, SECOND)) == (first, second)
    assert case.state.clock.due_at == first
    case.take(report("t1.examine", "fulfilled", at=at + timedelta(hours=2)))
    (ended,) = case.happened(TermEnded)
    assert (ended.term, ended.in_time) == (FIRST, True)
    assert case.state.clock.due_at == second
    case.fire_timers_until(first + timedelta(days=1))
    assert not [event for event in case.happened(DeadlineEscalated) if event.subject == "case"]
    case.take(report("t2.select", "fulfilled", at=at + timedelta(days=3)))
    case.take(report("t2.pay", "fulfilled", agency="mlspp", at=second))
    assert case.happened(CaseAnswered)[0].in_time


def test_an_appeal_answered_late_makes_the_case_late_and_no_other_appeal() -> None:
    case = Case().take(receive(ONE)).take(receive(LONG, number=2, at=later(DAY)))
    first = due(case, FIRST)
    case.take(report("t1.examine", "fulfilled", at=first + timedelta(hours=1)))
    case.take(close("t2", 20 * DAY + 10))
    assert [(event.term, event.in_time) for event in case.happened(TermEnded)] == [(FIRST, False)]
    assert not case.happened(CaseAnswered)[0].in_time


def test_each_term_has_levels_of_its_own() -> None:
    case = Case().take(receive(ONE)).take(receive(ONE, number=2, at=later(7 * DAY)))
    case.fire_timers_until(due(case, SECOND) + timedelta(days=20))
    levels = [event for event in case.happened(DeadlineEscalated) if event.subject == "case"]
    assert len({event.deadline for event in levels}) == len(levels) == 6
    by_term = {term: [event.level for event in levels if event.term == term] for term in (FIRST, SECOND)}
    assert by_term[FIRST] == by_term[SECOND] == ["deadline", "ministry", "commission"]
    assert {event.due_at for event in levels if event.term == SECOND} == {due(case, SECOND)}


def test_an_objection_has_a_term_of_its_own_while_another_track_is_open() -> None:
    case = Case().take(receive(ONE, LONG)).take(close("t1", 2))
    at = 13 * DAY
    case.take(Object(**by(APPLICANT, "object", at), track="t1", review=placement(REVIEW)))
    assert due(case, "t3") == CALENDAR.due_at(later(at), RULES.terms.review)
    assert case.state.term("t3").clock.legal_basis == RULES.terms.review_basis
    assert due(case, FIRST) == CALENDAR.due_at(MONDAY, 30)
    assert case.state.term("t3").tracks == ("t3",)


def test_an_objection_reopens_an_answered_case_within_its_own_term() -> None:
    case = Case().take(receive(ONE)).take(close("t1", 2))
    case.take(Object(**by(APPLICANT, "object", 9 * DAY), track="t1", review=placement(REVIEW)))
    assert [term.key for term in case.state.running_terms] == ["t2"]
    assert case.state.clock.due_at == CALENDAR.due_at(later(9 * DAY), RULES.terms.review)


def test_an_instruction_has_the_time_that_the_commission_names() -> None:
    case = Case().take(receive(ONE)).fire_timers_until(later(60 * DAY))
    (item, *_) = [task.id for task in case.state.tasks if task.before == COMMISSION_LEVEL]
    before = due(case, FIRST)
    decided = DecideAgendaItem(
        **by(COMMISSION, "decided", 61 * DAY), task=item, instruction=placement(INSTRUCTION)
    )
    case.take(decided)
    assert due(case, "t2") == CALENDAR.due_at(later(61 * DAY), 5)
    assert due(case, FIRST) == before


@pytest.mark.parametrize("number_of_appeals", [1, 2])
def test_a_correction_goes_on_with_the_old_clock(number_of_appeals: int) -> None:
    """Editing a case never restarts a clock (findings C26)."""
    case = Case().take(receive(ONE))
    if number_of_appeals == 2:
        case.take(receive(ONE, number=2, at=later(3 * DAY)))
    case.fire_timers_until(later(18 * DAY - 1))
    before, reached = {term.key: term.clock for term in case.state.terms}, case.state.reached
    case.take(report("t1.examine", "fulfilled", sequence=1, at=later(18 * DAY)))
    case.take(report("t1.examine", "corrected", sequence=2, at=later(18 * DAY + 1)))
    case.take(SettleTask(**by(STAFF, "s", 21 * DAY), task=case.state.tasks[0].id, decision="confirm"))
    assert {term.key: term.clock for term in case.state.running_terms} == before
    assert (case.state.opening, case.happened(CaseReopened)[0].clock) == (2, before[FIRST])
    case.fire_timers_until(later(21 * DAY + 14))
    assert case.state.reached[: len(reached)] == reached, "no level is reached twice"
    assert len(set(case.state.reached)) == len(case.state.reached)
    case.take(report("t1.examine", "fulfilled", sequence=3, at=later(30 * DAY)))
    assert [event.in_time for event in case.happened(CaseAnswered)] == [True, False]


def test_a_correction_in_an_open_case_goes_on_with_the_old_clock() -> None:
    case = Case().take(receive(ONE)).take(receive(LONG, number=2, at=later(DAY)))
    before = case.state.term(FIRST).clock
    case.take(report("t1.examine", "fulfilled", sequence=1, at=later(14 * DAY)))
    assert case.state.term(FIRST).ended
    case.take(report("t1.examine", "corrected", sequence=2, at=later(15 * DAY)))
    case.take(SettleTask(**by(STAFF, "s", 15 * DAY), task=case.state.tasks[0].id, decision="confirm"))
    assert (case.state.term(FIRST).ended, case.state.term(FIRST).clock) == (False, before)
    assert case.state.clock == before


def test_the_centre_reopens_a_track_within_its_old_term() -> None:
    case = Case().take(receive(ONE)).take(close("t1", 2))
    before = case.state.clock
    case.take(ReopenTrack(**by(STAFF, "reopen", 5 * DAY), track="t1", reason="new_facts"))
    assert case.state.clock == before


def test_an_appeal_in_triage_takes_the_term_of_its_services_and_moves_no_other() -> None:
    case = Case().take(receive(ONE)).take(receive(number=2, at=later(DAY)))
    first = due(case, FIRST)
    case.take(place("t2.triage", LONG, ONE, at=later(30)))
    assert (due(case, FIRST), due(case, SECOND)) == (first, CALENDAR.due_at(later(DAY), 30))
    assert [event.term for event in case.happened(ClockRevised)] == [SECOND]
    assert case.state.term(SECOND).tracks == ("t2", "t1", "t3")


def test_a_split_and_a_join_carry_each_term_as_it_runs() -> None:
    case = Case().take(of_person(receive(ONE))).take(of_person(receive(LONG, number=2, at=later(DAY))))
    case.take(extend("second", 2 * DAY, SECOND, days=5))
    before = {term.key: term.clock for term in case.state.terms}
    case.take(SplitCase(**by(STAFF, "split", 3 * DAY), tracks=("t2",)))
    (given,) = case.state.hand_overs
    assert [(event.term, event.in_time) for event in case.happened(TermEnded)] == [(SECOND, None)]
    assert case.state.clock == before[FIRST]
    other = Case()
    other.state = CaseState(case_id=given.to_case)
    other.take(taken(given, 3 * DAY))
    assert {term.key: term.clock for term in other.state.terms} == {SECOND: before[SECOND]}
    index = other.state.applicant_index
    back = JoinCase(**by(STAFF, "join", 4 * DAY), into=case.state.case_id, applicant=index, pending=True)
    other.take(back)
    case.take(taken(other.state.hand_overs[0], 4 * DAY))
    assert {term.key: term.clock for term in case.state.running_terms} == before
    case.take(extend("again", 5 * DAY, SECOND))
    assert case.refusals() == ["extend.extended_already"]


def test_the_applicant_hears_of_the_delay_of_an_appeal_once() -> None:
    """When its term has passed without an answer, whatever the levels after that (findings N3)."""
    case = Case().take(receive(ONE)).take(receive(ONE, number=2, at=later(7 * DAY)))
    case.fire_timers_until(due(case, SECOND) + timedelta(days=30))
    delays = [event for event in case.happened(DeadlineEscalated) if event.delay]
    assert [(event.subject, event.term, event.level) for event in delays] == [
        ("case", FIRST, "deadline"),
        ("case", SECOND, "deadline"),
    ]


def test_a_state_with_one_clock_for_the_whole_case_is_read_as_one_term() -> None:
    case = Case().take(receive(ONE))
    stored = case.state.model_dump(mode="json", exclude_none=True)
    (term,) = stored.pop("terms")
    again = CaseState.model_validate({**stored, "clock": term["clock"]})
    assert again.clock == case.state.clock
    assert earliest(again) == earliest(case.state)
    assert [(found.key, found.run, found.opening, found.ended) for found in again.terms] == [
        ("opening/1", "1", 1, False)
    ]
    for status in ("answered", "handed_over"):
        ended = CaseState.model_validate({**stored, "clock": term["clock"], "status": status})
        assert [found.ended for found in ended.terms] == [True]


def test_a_state_that_is_one_already_is_taken_as_it_is() -> None:
    case = Case().take(receive(ONE))
    assert CaseState.model_validate(case.state) == case.state
    beginning = CaseState(case_id=case.state.case_id)
    assert (beginning.seq, beginning.opening, beginning.status) == (0, 0, "none")


@given(chance=st.randoms(use_true_random=True))
def test_no_operation_moves_the_term_of_another_appeal_or_lengthens_one_beyond_the_law(
    chance: random.Random,
) -> None:
    case, now = Case().take(of_person(receive(*chance.choice([(), (ONE,), (SEQUENTIAL, LONG)])))), MONDAY
    for number in range(chance.randint(1, 40)):
        now += timedelta(hours=chance.choice([0, 1, 5, 30, 100]))
        command = _any_command(case, f"{number}", now, chance)
        if command.id in case.state.seen:
            continue
        before = {term.key: term for term in case.state.terms}
        case.take(command, now=max(now, command.received_at))
        now = max(now, command.received_at)
        if case.state.status == "open":
            assert case.state.clock.due_at == min(term.clock.due_at for term in case.state.running_terms)
        for term in case.state.terms:
            _within_the_law(case, term)
            if term.key in before and not _may_move(before[term.key], command, before):
                assert term.clock == before[term.key].clock, command.kind


def _any_command(case: Case, identity: str, now: datetime, chance: random.Random) -> AnyCommand:
    due_at = earliest(case.state)
    kind = chance.choice(["status", "status", "command", "command", "fire"])
    if kind == "fire" and due_at is not None:
        return FireTimer(id=identity, received_at=due_at)
    if kind == "status" and case.state.steps:
        work = chance.choice(case.state.steps)
        statuses = ["acknowledged", "fulfilled", "fulfilled", "refused", "corrected", "forwarded"]
        return report(
            work.key,
            chance.choice(statuses),
            agency=work.agency_id,
            attempt=max(work.attempt, 1),
            at=now,
            status_id=identity,
        )
    return COMMANDS[chance.choice(sorted(COMMANDS))](case.state, identity, now, chance)


def _may_move(term: TermState, command: AnyCommand, before: dict[str, TermState]) -> bool:
    if isinstance(command, ReviseCalendar):
        return True
    if isinstance(command, PlaceAppeal):
        return term.tracks == (command.step.partition(".")[0],)
    if isinstance(command, ExtendTerm):
        running = [known for known in before.values() if not known.ended]
        return term == min(running, key=lambda known: known.clock.due_at, default=None)
    return False


def _within_the_law(case: Case, term: TermState) -> None:
    """At most the longest term and one extension; a revised calendar of the test adds a day at most."""
    clock = term.clock
    assert clock.working_days <= 30
    assert clock.extension_days <= RULES.terms.extension
    longest = CALENDAR.due_at(clock.started_at, clock.working_days + clock.extension_days + 1)
    assert clock.due_at <= longest


def test_the_levels_of_each_term_have_ids_of_their_own() -> None:
    """The first term of an opening has its number, each that follows a number more."""
    case = Case().take(receive(ONE)).take(receive(LONG, number=2, at=later(DAY)))
    case.take(receive(SEQUENTIAL, number=3, at=later(2 * DAY)))
    assert [term.run for term in case.state.terms] == ["1", "1.2", "1.3"]


def test_only_agencies_that_must_still_answer_are_told_that_the_case_is_due() -> None:
    """An agency that leads an answered track hears nothing more of the term."""
    case = Case().take(receive(ONE, INSTRUCTION, SEQUENTIAL))
    (clock,) = (clock for clock in running_clocks(case.state) if clock.subject == "case")
    assert clock.agencies == ("mlspp", "moh")
    for track in case.state.tracks:
        if track.lead_agency == "moh":
            case.take(close(track.key, 2))
    (clock,) = (clock for clock in running_clocks(case.state) if clock.subject == "case")
    assert clock.agencies == ("mlspp",)
