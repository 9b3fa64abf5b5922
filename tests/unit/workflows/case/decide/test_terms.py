"""Which statutory term holds, its extension, and a revised calendar."""

from datetime import date, timedelta

from schemas.deadline_events import (
    ClockRevised,
    TermExtended,
)
from schemas.step_events import StepFulfilled
from tests.builders import (
    RULES,
    SEQUENTIAL,
    STAFF,
    by,
    later,
    passport,
    place,
    receive,
    report,
    step,
)
from tests.case import Case
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    ExtendTerm,
    ResumeClock,
    ReviseCalendar,
    SuspendClock,
)

CALENDAR = RULES.calendar


def _due(case: Case, step: str = "t1.examine"):
    return norm_of(case.state.step(step)).due_at


def extend(days: int, hours: float = 2) -> ExtendTerm:
    return ExtendTerm(
        id=f"extend/{days}/{hours}",
        actor=STAFF,
        received_at=later(hours),
        days=days,
        reason="information_requested",
    )


LONG = passport(
    "housing", step("visit", "moh", resolve=14), step("offer", "mlspp", "visit", resolve=14), term=30
)


SHORT = passport("medicines", step("give", "moh"), term=15)


def test_the_statutory_term_is_extended_once_with_its_own_basis() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(extend(10))
    clock = case.state.clock
    assert clock.due_at == CALENDAR.due_at(clock.started_at, 15 + 10)
    assert clock.extension_basis == RULES.terms.extension_basis
    assert case.happened(TermExtended)[0].reason == "information_requested"


def test_a_revised_calendar_moves_what_is_ahead_and_says_so() -> None:
    case = Case().take(receive(SEQUENTIAL))
    before, term = _due(case), case.state.clock.due_at
    holiday = CALENDAR.model_copy(
        update={"version": "2", "holidays": {date(2021, 8, 25): "a day of mourning"}}
    )
    case.take(ReviseCalendar(id="revise", actor=STAFF, received_at=later(3), calendar=holiday))
    moved = {(event.subject, event.clock.kind): event for event in case.happened(ClockRevised)}
    assert moved["t1.examine", "service_norm"].previous_due_at == before
    assert _due(case) == before + timedelta(days=1)
    assert moved["case", "statutory_term"].clock.due_at > term
    assert moved["case", "statutory_term"].clock.calendar == "az@2"


def test_nobody_becomes_late_by_a_revised_calendar() -> None:
    case = Case().take(receive(SEQUENTIAL))
    due = _due(case)
    longer = CALENDAR.model_copy(update={"version": "2", "weekend": ()})
    at = due - timedelta(hours=1)
    case.take(ReviseCalendar(id="revise", actor=STAFF, received_at=at, calendar=longer))
    assert _due(case) == due


def test_the_term_of_what_the_staff_found_runs_from_the_beginning() -> None:
    direct = Case().take(receive(LONG))
    placed = Case().take(receive()).take(place("t1.triage", LONG))
    assert placed.state.clock.due_at == direct.state.clock.due_at == RULES.calendar.due_at(later(0), 30)
    two = Case().take(receive(), receive(number=2)).take(place("t1.triage", LONG))
    first, second = two.state.terms
    assert first.clock.due_at == placed.state.clock.due_at
    assert second.clock.due_at == RULES.calendar.due_at(later(0), 15), "it waits for its own placing"


def test_of_two_terms_the_one_that_is_due_first_holds() -> None:
    joined = Case().take(receive(LONG)).take(receive(SHORT, number=2, at=later(24)))
    assert joined.state.clock.due_at == RULES.calendar.due_at(later(24), 15)
    longer = Case().take(receive(SHORT)).take(receive(LONG, number=2, at=later(24)))
    assert longer.state.clock.due_at == RULES.calendar.due_at(later(0), 15)
    found = Case().take(receive(LONG)).take(receive(number=2, at=later(24)))
    assert found.state.clock.due_at == RULES.calendar.due_at(later(24), 15)
    found.take(place("t2.triage", SHORT, at=later(30)))
    assert found.state.clock.due_at == RULES.calendar.due_at(later(24), 15)


def test_a_revised_calendar_holds_for_what_comes_after_it_in_one_batch() -> None:
    calendar = RULES.calendar.model_copy(
        update={"version": "v2", "holidays": {date(2021, 8, 26): "mourning"}}
    )
    revised = ReviseCalendar(**by(STAFF, "revised", 2), calendar=calendar)
    case = Case().take(receive(SEQUENTIAL)).take(revised, report("t1.examine", "fulfilled", at=later(3)))
    assert norm_of(case.state.step("t1.decide")).calendar.endswith("@v2")


def test_nobody_is_late_by_a_revised_calendar_at_a_later_reading() -> None:
    """What was promised is kept when the clock is suspended, resumed or extended later (findings C8)."""
    case = Case().take(receive(SEQUENTIAL))
    due, term = _due(case), case.state.clock.due_at
    moved = {date(2021, 8, 28): "moved", date(2021, 8, 29): "moved"}
    case.rules = RULES.model_copy(
        update={"calendar": CALENDAR.model_copy(update={"version": "2", "moved_working_days": moved})}
    )
    revision = ReviseCalendar(**by(STAFF, "revise", 24 * 6 + 10.5), calendar=case.rules.calendar)
    case.take(revision)
    assert _due(case) == due, "it would lie in the past, and was skipped"
    for number in range(2):
        hours = 24 * 6 + 10.6 + number / 10
        pause = SuspendClock(
            **by(STAFF, f"s{number}", hours), step="t1.examine", charged_to="centre", reason="flood"
        )
        case.take(pause).take(ResumeClock(**by(STAFF, f"r{number}", hours + 0.05), step="t1.examine"))
        assert _due(case) == due, "nothing was lost at night"
    case.take(SuspendClock(**by(STAFF, "s", 171), step="t1.examine", charged_to="centre", reason="flood"))
    case.take(ResumeClock(**by(STAFF, "r", 174), step="t1.examine"))
    assert _due(case) == case.rules.calendar.add_working_time(due, timedelta(hours=3))
    case.take(extend(10, hours=175))
    assert case.state.clock.due_at >= term
    case.take(report("t1.examine", "fulfilled", at=due))
    assert case.happened(StepFulfilled)[0].in_time
