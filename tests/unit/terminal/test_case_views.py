"""What people see of a case: what they must decide first, clocks that stand still, and why a clock ends."""

from datetime import timedelta

from casework.explained_clocks import CASE, explained, subjects

from casework import staff_commands as staff
from catalogue.calendar import WorkingCalendar
from schemas.case_lifecycle_events import TaskKind
from tests.builders import PARALLEL, SEQUENTIAL, later, receive, report
from tests.hand_overs import taken
from tests.unit.casework.harness import CATALOGUE, RULES, CaseHarness
from vahid.terminal import case_views as views
from workflows.case.state import TaskState

LONG_AFTER = later(24 * 60)


def test_open_tasks_come_first_with_what_settles_them() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled"))
    case.take(report("t1.examine", "corrected", at=later(2)), report("t1.examine", "refused", at=later(3)))
    assert case.build(staff.settle("correction/t1.examine/1", "dismiss"), at=later(4)) == "accepted"
    (first, second) = views.task_rows(case.state).rows
    assert first[0] == "contradictory_ends/t1.examine/1" and "settle " + first[0] in first[-1]
    assert second[0] == "correction/t1.examine/1" and second[-2:] == ("dismiss", "")


def test_every_kind_of_task_says_what_settles_it() -> None:
    for kind in TaskKind.__args__:  # type: ignore[attr-defined]
        task = TaskState(id=f"{kind}/t1.x/1", kind=kind, before="centre", subject="t1.x")
        case = CaseHarness().state.model_copy(update={"tasks": (task,)})
        assert "t1.x" in views.task_rows(case).rows[0][-1]


def test_a_case_says_how_many_documents_were_added() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL))
    assert list(views.documents_of(case.state)) == []
    (said,) = views.documents_of(case.state.model_copy(update={"attachments": ("a", "b")}))
    assert "added: 2" in said


def test_a_step_that_stands_still_has_no_deadline_and_is_not_late() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL))
    (row, _) = views.step_rows(case.state, LONG_AFTER).rows
    assert row[-2:] == ("2021-08-30 18:00", "late")
    case.build(staff.suspend("t1.examine", "applicant", "abroad"))
    (row, _) = views.step_rows(case.state, LONG_AFTER).rows
    assert row[-2:] == ("", "")
    assert views.suspension_rows(case.state).rows[0][2:] == ("stands still", "applicant", "abroad")


def test_partial_is_shown_track_by_track_and_the_extension_in_the_term() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL, PARALLEL))
    assert case.build(staff.extend(10, "documents_missing")) == "accepted"
    assert case.build(staff.close("t1", "refused", "already_provided")) == "accepted"
    assert [row[4] for row in views.track_rows(case.state).rows] == ["refused", "open"]
    term = views.term_of(case.state, later(5))
    assert "15 working days and 10 by extension" in term and "10.2" in term and "late" not in term
    assert views.term_of(case.state, LONG_AFTER).endswith("late")


def test_it_is_shown_where_tracks_went_and_where_they_came_from() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL, PARALLEL))
    assert case.build(staff.split(["t2"])) == "accepted"
    (hand_over,) = case.state.hand_overs
    shown = [row[4] for row in views.track_rows(case.state).rows]
    assert shown == ["open", f"handed over to {hand_over.to_case}"]
    other = CaseHarness()
    other.state = other.state.model_copy(update={"case_id": hand_over.to_case})
    other.take(taken(hand_over, 4))
    assert [row[2] for row in views.track_rows(other.state).rows] == [f"service, from {case.state.case_id}"]


def test_every_clock_explains_its_end() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL))
    assert case.build(staff.extend(3, "documents_missing")) == "accepted"
    assert case.build(staff.suspend("t1.examine", "agency", "flood"), at=later(3)) == "accepted"
    assert case.build(staff.resume("t1.examine"), at=later(27)) == "accepted"
    for subject in subjects(case.state):
        for clock in explained(CATALOGUE, case.state, subject):
            assert clock.why.due_at == clock.due_at and not clock.by_another_calendar
    (term,) = explained(CATALOGUE, case.state, CASE)
    assert (term.working_days, term.extension_days, term.why.working_days) == (15, 3, 18)
    norm = next(one for one in explained(CATALOGUE, case.state, "t1.examine") if one.kind == "service_norm")
    assert [one.lost for one in norm.why.suspensions] == [timedelta(hours=9)]
    assert [one.charged_to for one in norm.suspensions] == ["agency"]


def test_a_clock_that_stands_still_has_no_end() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL))
    assert case.build(staff.suspend("t1.examine", "agency", "flood")) == "accepted"
    dues = {clock.kind: clock.due_at for clock in explained(CATALOGUE, case.state, "t1.examine")}
    assert dues["service_norm"] is None and dues["acknowledgement"] is not None


def test_another_calendar_than_the_cases_own_is_said() -> None:
    """By the calendar of weekends alone the term ends earlier than by the one with holidays."""
    plain = RULES.model_copy(update={"calendar": WorkingCalendar(code="az", version="plain")})
    at = later(24 * 70)  # the holidays of November lie in the term
    case = CaseHarness(plain).take(receive(SEQUENTIAL, at=at))
    (term,) = explained(CATALOGUE, case.state, CASE)
    assert term.by_another_calendar and term.due_at is not None and term.why.due_at > term.due_at
    (clock, *_) = explained(CATALOGUE, CaseHarness(plain).take(receive(SEQUENTIAL)).state, "t1.examine")
    assert not clock.by_another_calendar  # another calendar, the same end
