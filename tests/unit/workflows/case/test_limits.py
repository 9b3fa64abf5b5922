"""The rules of a case at their edge: the last instant and the next one, the most days and one more.

The terms are not the law's defaults, so no number fits by chance.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalogue.calendar import WorkingCalendar
from catalogue.terms import CENTRE, Terms
from schemas.step_events import InformationLapsed, StepForwarded, StepFulfilled
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, by, passport, placement, receive, report, step
from tests.case import Case
from tests.commands import APPLICANT, REVIEW
from workflows.case.clocks import norm_of
from workflows.case.commands import (
    ExtendTerm,
    Object,
    ProvideInformation,
    ReopenTrack,
    ResumeClock,
    ReviseCalendar,
    SuspendClock,
)

TERMS = Terms(
    statutory=11,
    extension=7,
    forwarding=2,
    maximum_hops=1,
    information=4,
    objection_window=6,
    reopening_window=8,
    review=9,
)
HOLIDAYS = {date(2021, 12, 31): "Solidarity", date(2022, 1, 3): "New Year", date(2022, 1, 4): "New Year"}
CALENDAR = WorkingCalendar(code="other", version="1", holidays=HOLIDAYS)
OTHER = RULES.model_copy(update={"terms": TERMS, "calendar": CALENDAR})
SERVICE = passport("service", step("only", "moh", acknowledge=1, resolve=3), term=7)
TICK = timedelta(microseconds=1)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant by the clock of Baku, four hours ahead of UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=4)


OPENED = at(2021, 12, 21, 11)


def _case(opened: datetime = OPENED) -> Case:
    return Case(OTHER).take(receive(SERVICE, at=opened))


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        (at(2021, 12, 21, 0), at(2021, 12, 30, 18)),  # the first instant of the day of receipt
        (at(2021, 12, 21, 9), at(2021, 12, 30, 18)),
        (at(2021, 12, 21, 18), at(2021, 12, 30, 18)),
        (at(2021, 12, 22, 0) - TICK, at(2021, 12, 30, 18)),
        (at(2021, 12, 22, 0), at(2022, 1, 5, 18)),  # over the year's end and its days off
        (at(2021, 12, 25, 12), at(2022, 1, 7, 18)),  # a Saturday
    ],
)
def test_the_day_of_receipt_is_not_counted(received: datetime, due_at: datetime) -> None:
    """Seven working days, whose service has a term of its own."""
    clock = _case(received).state.clock
    assert (clock.working_days, clock.due_at) == (7, due_at)


def test_an_appeal_without_a_service_has_the_term_of_all() -> None:
    clock = Case(OTHER).take(receive(at=OPENED)).state.clock
    assert (clock.working_days, clock.legal_basis) == (11, TERMS.statutory_basis)


def test_of_several_services_the_longest_term_holds() -> None:
    clock = Case(OTHER).take(receive(SERVICE, SEQUENTIAL, at=OPENED)).state.clock
    assert (clock.working_days, clock.legal_basis) == (15, SEQUENTIAL.legal_basis)


@pytest.mark.parametrize(("days", "codes"), [(1, []), (7, []), (8, ["extend.too_long"])])
def test_a_term_is_extended_to_the_most_that_is_allowed(days: int, codes: list[str]) -> None:
    case = _case()
    before = case.state.clock
    extend = ExtendTerm(id="extend", actor=STAFF, received_at=before.due_at, days=days, reason="study")
    assert case.take(extend).refusals() == codes
    added = 0 if codes else days
    assert case.state.clock.due_at == CALENDAR.due_at(OPENED, 7 + added)


def test_a_term_that_has_ended_is_not_extended() -> None:
    case = _case()
    late = case.state.clock.due_at + TICK
    case.take(ExtendTerm(id="extend", actor=STAFF, received_at=late, days=1, reason="study"))
    assert case.refusals() == ["extend.too_late"]


@pytest.mark.parametrize(("after", "in_time"), [(timedelta(0), True), (TICK, False)])
def test_what_is_received_at_the_last_instant_is_in_time(after: timedelta, in_time: bool) -> None:
    case = _case()
    due_at = norm_of(case.state.step("t1.only")).due_at
    assert due_at == at(2021, 12, 24, 18)
    case.take(report("t1.only", "fulfilled", at=due_at + after))
    assert [event.in_time for event in case.happened(StepFulfilled)] == [in_time]


@pytest.mark.parametrize(("after", "in_time"), [(timedelta(0), True), (TICK, False)])
def test_a_case_is_answered_in_time_to_the_last_instant(after: timedelta, in_time: bool) -> None:
    case = _case()
    case.take(report("t1.only", "fulfilled", at=case.state.clock.due_at + after))
    assert case.state.in_time is in_time


@pytest.mark.parametrize(("after", "in_time"), [(timedelta(0), True), (TICK, False)])
def test_a_forward_is_measured_to_the_last_instant(after: timedelta, in_time: bool) -> None:
    ends = CALENDAR.due_at(OPENED, TERMS.forwarding)
    assert ends == at(2021, 12, 23, 18)
    case = _case().take(report("t1.only", "forwarded", forward_to="mod", at=ends + after))
    assert [event.in_time for event in case.happened(StepForwarded)] == [in_time]


def test_a_step_is_forwarded_as_often_as_allowed_then_the_centre_has_it() -> None:
    case = _case().take(report("t1.only", "forwarded", forward_to="mod", at=OPENED))
    assert case.state.step("t1.only").agency_id == "mod"
    case.take(report("t1.only", "forwarded", agency="mod", attempt=2, forward_to="samhi", at=OPENED))
    assert case.state.step("t1.only").agency_id == CENTRE


@pytest.mark.parametrize(("after", "codes"), [(timedelta(0), []), (TICK, ["information.step_not_running"])])
@pytest.mark.parametrize("heard_before_the_timer", [True, False])
def test_information_is_given_to_the_last_instant(
    after: timedelta, codes: list[str], heard_before_the_timer: bool
) -> None:
    case = _case().take(report("t1.only", "information_requested", at=OPENED))
    ends = CALENDAR.due_at(OPENED, TERMS.information)
    case.fire_timers_until(ends - TICK)
    if after or not heard_before_the_timer:
        case.fire_timers_until(ends)
        assert len(case.happened(InformationLapsed)) == 1
    given = {"step": "t1.only", "sealed": "sealed"}
    case.take(ProvideInformation(id="given", actor=APPLICANT, received_at=ends + after, **given))
    assert case.refusals() == codes
    assert case.state.status == ("answered" if codes else "open")


@pytest.mark.parametrize(("after", "codes"), [(timedelta(0), []), (TICK, ["object.too_late"])])
def test_an_objection_comes_to_the_last_instant(after: timedelta, codes: list[str]) -> None:
    case = _case().take(report("t1.only", "refused", at=OPENED))
    ends = CALENDAR.due_at(OPENED, TERMS.objection_window)
    case.take(Object(id="o", actor=APPLICANT, received_at=ends + after, track="t1", review=placement(REVIEW)))
    assert case.refusals() == codes
    if not codes:
        assert case.state.clock.due_at == CALENDAR.due_at(ends, TERMS.review)


@pytest.mark.parametrize(("after", "codes"), [(timedelta(0), []), (TICK, ["reopen.too_late"])])
def test_a_track_is_reopened_to_the_last_instant(after: timedelta, codes: list[str]) -> None:
    case = _case().take(report("t1.only", "refused", at=OPENED))
    ends = CALENDAR.due_at(OPENED, TERMS.reopening_window)
    case.take(ReopenTrack(id="r", actor=STAFF, received_at=ends + after, track="t1", reason="new_facts"))
    assert case.refusals() == codes


@pytest.mark.parametrize(
    ("since", "until", "moved"),
    [
        (at(2021, 12, 22, 9), at(2021, 12, 22, 18), at(2021, 12, 27, 18)),  # one whole day
        (at(2021, 12, 22, 18), at(2021, 12, 23, 9), at(2021, 12, 24, 18)),  # one night costs nothing
        (at(2021, 12, 21, 11), at(2021, 12, 22, 9), at(2021, 12, 24, 18)),  # the day of receipt neither
        (at(2021, 12, 22, 17), at(2021, 12, 23, 9), at(2021, 12, 27, 10)),  # its last hour
        (at(2021, 12, 22, 18), at(2021, 12, 23, 10), at(2021, 12, 27, 10)),  # the first of the next
        (at(2021, 12, 24, 9), at(2022, 1, 6, 18), at(2022, 1, 7, 18)),  # until after the days off
    ],
)
def test_a_suspension_costs_exactly_its_working_time(
    since: datetime, until: datetime, moved: datetime
) -> None:
    case = _case()
    pause = {"step": "t1.only", "charged_to": "centre", "reason": "flood"}
    case.take(SuspendClock(id="s", actor=STAFF, received_at=since, **pause))
    case.take(ResumeClock(id="r", actor=STAFF, received_at=until, step="t1.only"))
    assert norm_of(case.state.step("t1.only")).due_at == moved
    assert case.state.clock.due_at == at(2021, 12, 30, 18)  # that of the appeal stays


@pytest.mark.parametrize(
    ("now", "moves"), [(at(2021, 12, 24, 18) - TICK, True), (at(2021, 12, 24, 18), False)]
)
def test_a_revised_calendar_moves_what_is_ahead_to_the_last_instant(now: datetime, moves: bool) -> None:
    case = _case()
    norm = norm_of(case.state.step("t1.only")).due_at
    holidays = {**HOLIDAYS, date(2021, 12, 23): "mourning"}
    calendar = CALENDAR.model_copy(update={"version": "2", "holidays": holidays})
    case.take(ReviseCalendar(**{**by(STAFF, "r", 0), "received_at": now}, calendar=calendar), now=now)
    moved = norm_of(case.state.step("t1.only")).due_at
    assert moved == (at(2021, 12, 27, 18) if moves else norm)
    assert case.state.clock.due_at == at(2022, 1, 5, 18)


def test_two_tracks_of_one_appeal_are_due_at_its_term() -> None:
    case = Case(OTHER).take(receive(SERVICE, PARALLEL, at=OPENED))
    assert [term.tracks for term in case.state.terms] == [("t1", "t2")]
    case.take(report("t1.only", "fulfilled", at=OPENED))
    assert case.state.status == "open" and not case.state.terms[0].ended
