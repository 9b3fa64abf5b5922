"""What people see of a case: open tasks first, suspended clocks, partial outcomes, the zone of instants."""

from datetime import datetime
from zoneinfo import ZoneInfo

from casework.commands import staff
from casework.queries.case_details import CaseDetails
from casework.queries.case_list import CaseSummary
from schemas.case_lifecycle_events import TaskKind
from tests.builders import MONDAY, PARALLEL, SEQUENTIAL, later, place, receive, report
from tests.hand_overs import taken
from tests.unit.casework.harness import CaseHarness, running
from vahid.terminal import case_views as views
from vahid.terminal.instants import Instants
from workflows.case.state import TaskState

LONG_AFTER = later(24 * 60)
BAKU = Instants(ZoneInfo("Asia/Baku"))


def details_of(case: CaseHarness, now: datetime, *, late: bool = False) -> CaseDetails:
    return CaseDetails(case=case.state, late=late, entries=(), now=now)


def test_open_tasks_come_first_with_what_settles_them() -> None:
    case = running().take(report("t1.examine", "fulfilled"))
    case.take(report("t1.examine", "corrected", at=later(2)), report("t1.examine", "refused", at=later(3)))
    assert case.execute(staff.settle("correction/t1.examine/1", "dismiss"), at=later(4)) == "accepted"
    (first, second) = views.task_rows(case.state).rows
    assert first[0] == "contradictory_ends/t1.examine/1" and "settle " + first[0] in first[-1]
    assert second[0] == "correction/t1.examine/1" and second[-2:] == ("dismiss", "")


def test_every_kind_of_task_says_what_settles_it() -> None:
    for kind in TaskKind.__args__:  # type: ignore[attr-defined]
        task = TaskState(id=f"{kind}/t1.x/1", kind=kind, before="centre", subject="t1.x")
        case = CaseHarness().state.model_copy(update={"tasks": (task,)})
        assert "t1.x" in views.task_rows(case).rows[0][-1]


def test_a_case_shows_how_many_documents_were_added() -> None:
    case = running()
    assert list(views.documents_of(case.state)) == []
    (line,) = views.documents_of(case.state.model_copy(update={"attachments": ("a", "b")}))
    assert "added: 2" in line


def test_a_suspended_step_shows_no_deadline() -> None:
    case = running()
    rows = views.step_rows(details_of(case, LONG_AFTER), BAKU)
    assert rows.columns[-2:] == ("due (Asia/Baku)", "late")
    assert rows.rows[0][-2:] == ("2021-08-30 18:00", "late")
    case.execute(staff.suspend("t1.examine", "applicant", "abroad"))
    assert views.step_rows(details_of(case, LONG_AFTER), BAKU).rows[0][-2:] == ("", "")
    assert views.suspension_rows(case.state, BAKU).rows[0][1:] == (
        "2021-08-23 13:00",
        "suspended",
        "applicant",
        "abroad",
    )


def test_partial_is_shown_track_by_track_and_the_extension_in_the_term() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL, PARALLEL))
    assert case.execute(staff.extend(10, "documents_missing")) == "accepted"
    assert case.execute(staff.close("t1", "refused", "already_provided")) == "accepted"
    assert [row[4] for row in views.track_rows(case.state).rows] == ["refused", "open"]
    term = views.term_of(details_of(case, later(5)), BAKU)
    assert "15 working days and 10 by extension" in term and "10.2" in term and "late" not in term
    assert " 18:00 Asia/Baku" in term
    assert views.term_of(details_of(case, LONG_AFTER, late=True), BAKU).endswith("late")


def test_it_is_shown_where_tracks_went_and_where_they_came_from() -> None:
    case = CaseHarness().take(receive(SEQUENTIAL, PARALLEL))
    assert case.execute(staff.split(["t2"])) == "accepted"
    (hand_over,) = case.state.hand_overs
    shown = [row[4] for row in views.track_rows(case.state).rows]
    assert shown == ["open", f"handed over to {hand_over.to_case}"]
    other = CaseHarness()
    other.state = other.state.model_copy(update={"case_id": hand_over.to_case})
    other.take(taken(hand_over, 4))
    assert [row[2] for row in views.track_rows(other.state).rows] == [f"service, from {case.state.case_id}"]


def test_the_list_shows_instants_in_the_zone_that_its_headings_name() -> None:
    summary = CaseSummary(
        case_id="c",
        tracking_number="VHD-21-0000001-1",
        status="open",
        outcome=None,
        waiting_for=("moh", "mod"),
        opened_at=MONDAY,
        due_at=None,
        closed_at=None,
        late=True,
        tasks=(),
        suggestions=("medicines", "prosthetics"),
    )
    rows = views.case_rows([summary], BAKU)
    assert rows.columns[4:6] == ("opened (Asia/Baku)", "due (Asia/Baku)")
    assert rows.rows[0][2:] == (
        "open",
        "moh, mod",
        "2021-08-23 10:00",
        "",
        "late",
        "",
        "medicines, prosthetics",
    )


def test_what_is_suggested_is_shown_with_its_ground_and_the_choice() -> None:
    suggested = {"suggestions": ("medicines", "prosthetics"), "ground": "negation"}
    case = CaseHarness().take(receive().model_copy(update=suggested))
    line = "Suggested for t1.triage: medicines, prosthetics · not placed by rule: negation"
    assert list(views.suggestions_of(case.state)) == [line]
    case.take(place("t1.triage", PARALLEL))
    assert list(views.suggestions_of(case.state)) == [f"{line} · chosen: {PARALLEL.code}"]
    nothing = CaseHarness().take(receive().model_copy(update={"ground": "no_service_named"}))
    (text,) = views.suggestions_of(nothing.state)
    assert text == "Suggested for t1.triage: nothing · not placed by rule: no_service_named"
    assert list(views.suggestions_of(CaseHarness().take(receive(PARALLEL)).state)) == []
