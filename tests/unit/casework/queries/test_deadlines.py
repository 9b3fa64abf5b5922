"""Why a clock ends when it does: by the catalogue's calendar, and where another one counted."""

from datetime import timedelta

import pytest

from casework.commands import staff
from casework.queries.deadlines import STATUTORY_TERM, explain_clocks, subjects
from catalogue.calendar import WorkingCalendar
from kit.errors import PermanentError
from tests.builders import SEQUENTIAL, later, receive
from tests.unit.casework.harness import CATALOGUE, RULES, CaseHarness, running


def test_every_clock_explains_its_end() -> None:
    case = running()
    assert case.execute(staff.extend(3, "documents_missing")) == "accepted"
    assert case.execute(staff.suspend("t1.examine", "agency", "flood"), at=later(3)) == "accepted"
    assert case.execute(staff.resume("t1.examine"), at=later(27)) == "accepted"
    for subject in subjects(case.state):
        for clock in explain_clocks(CATALOGUE, case.state, subject):
            assert clock.why.due_at == clock.due_at and not clock.by_another_calendar
    (term,) = explain_clocks(CATALOGUE, case.state, STATUTORY_TERM)
    assert (term.working_days, term.extension_days, term.why.working_days) == (15, 3, 18)
    clocks = explain_clocks(CATALOGUE, case.state, "t1.examine")
    norm = next(clock for clock in clocks if clock.kind == "service_norm")
    assert [suspension.lost for suspension in norm.why.suspensions] == [timedelta(hours=4)]
    assert [suspension.charged_to for suspension in norm.suspensions] == ["agency"]


def test_a_suspended_clock_has_no_end() -> None:
    case = running()
    assert case.execute(staff.suspend("t1.examine", "agency", "flood")) == "accepted"
    due = {clock.kind: clock.due_at for clock in explain_clocks(CATALOGUE, case.state, "t1.examine")}
    assert due["service_norm"] is None and due["acknowledgement"] is not None


def test_a_subject_without_clocks_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(PermanentError, match=r"clock\.unknown.*case, t1\.examine"):
        explain_clocks(CATALOGUE, running().state, "t1.decide")


def test_an_end_by_another_calendar_than_the_cases_own_is_marked() -> None:
    """By the calendar of weekends alone the term ends earlier than by the one with holidays."""
    plain = RULES.model_copy(update={"calendar": WorkingCalendar(code="az", version="plain")})
    at = later(24 * 70)  # the holidays of November lie in the term
    case = CaseHarness(plain).take(receive(SEQUENTIAL, at=at))
    (term,) = explain_clocks(CATALOGUE, case.state, STATUTORY_TERM)
    assert term.by_another_calendar and term.due_at is not None and term.why.due_at > term.due_at
    case = CaseHarness(plain).take(receive(SEQUENTIAL))
    (clock, *_) = explain_clocks(CATALOGUE, case.state, "t1.examine")
    assert not clock.by_another_calendar  # another calendar, the same end
