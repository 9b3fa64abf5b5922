"""Escalations that were withdrawn: the report shows how many were given, and how many of them were false."""

from reporting.tables import tables
from tests.builders import SEQUENTIAL, later, receive, report
from tests.case import Case
from tests.unit.reporting.comparing import agreed
from workflows.case.clocks import due_of


def test_a_withdrawn_escalation_counts_as_given_and_as_withdrawn() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "in_progress", sequence=1, at=later(1)))
    due = due_of(case.state.step("t1.examine"))
    case.fire_timers_until(due)
    case.take(report("t1.examine", "fulfilled", sequence=2, at=later(2)), now=due)
    found = agreed(due, case.history)
    assert (found["levels"]["deadline"], found["levels_withdrawn"]) == (1, {"deadline": 1})
    assert found["agencies"]["moh"]["escalations"] == 1
    (levels,) = (rows for rows in tables(found) if rows.columns[0] == "level")
    assert (levels.columns, levels.rows[0]) == (("level", "count", "withdrawn"), ("deadline", "1", "1"))


def test_none_is_withdrawn_where_the_end_came_late() -> None:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "in_progress", sequence=1, at=later(1)))
    due = due_of(case.state.step("t1.examine"))
    case.fire_timers_until(due)
    late = later(24 * 20)
    case.take(report("t1.examine", "fulfilled", sequence=2, at=late))
    found = agreed(late, case.history)
    assert (found["levels"]["deadline"], found["levels_withdrawn"]) == (1, {})
