"""The command that revises the calendar: how far back its calendar reaches."""

from datetime import UTC, datetime

from casework.commands.calendar import calendar_since_oldest_clock, revise
from tests.unit.casework.harness import CATALOGUE, running


def test_a_revised_calendar_reaches_back_to_the_oldest_clock() -> None:
    case = running()
    assert case.execute(revise) == "accepted"
    (term,) = case.state.terms
    before = term.clock.model_copy(update={"started_at": datetime(2021, 12, 31, 21, tzinfo=UTC)})
    older = case.state.model_copy(update={"terms": (term.model_copy(update={"clock": before}),), "steps": ()})
    calendar = calendar_since_oldest_clock(CATALOGUE, older, datetime(2023, 1, 10, tzinfo=UTC))
    assert calendar.years == (2022, 2025)  # in Baku it was 2022 already
