"""What the centre has answered stays answered, whatever an agency's order says of an earlier end."""

import pytest

from schemas.case_lifecycle_events import TrackAnswered
from schemas.step_events import StatusIgnored, StepDispatched
from tests.builders import PARALLEL, SEQUENTIAL, STAFF, by, close, later, receive, report
from tests.case import Case
from workflows.case.commands import ReopenTrack, ReportStatus, SettleTask

EXAMINE = "t1.examine"


def _closed() -> Case:
    case = Case().take(receive(SEQUENTIAL), report(EXAMINE, "fulfilled", sequence=2, at=later(3)))
    return case.take(close("t1", at=later(4)))


def _earlier(status: str) -> ReportStatus:
    to = "samhi" if status == "forwarded" else None
    return report(EXAMINE, status, sequence=1, at=later(2), forward_to=to)


def _open(case: Case) -> list[tuple[str, str]]:
    return [(task.kind, task.subject) for task in case.state.tasks if task.decision is None]


@pytest.mark.parametrize("earlier", ["refused", "forwarded"])
def test_an_earlier_end_that_comes_late_opens_nothing_and_asks_a_person(earlier: str) -> None:
    case = _closed()
    before = (case.state.outcome, case.state.opening, len(case.happened(StepDispatched)))
    case.take(_earlier(earlier), now=later(5))
    assert (case.state.status, case.state.step(EXAMINE).status) == ("answered", "fulfilled")
    assert (case.state.outcome, case.state.opening, len(case.happened(StepDispatched))) == before
    assert len(case.happened(TrackAnswered)) == 1
    assert [ignored.reason for ignored in case.happened(StatusIgnored)] == ["status.contradicts_end"]
    assert _open(case) == [("contradictory_ends", EXAMINE)]
    assert [known.kind for known in case.state.step(EXAMINE).statements] == [earlier, "fulfilled"]


@pytest.mark.parametrize("after", ["note", "in_progress", "fulfilled"])
def test_what_comes_after_that_opens_nothing_either(after: str) -> None:
    case = _closed().take(_earlier("refused"), now=later(5))
    case.take(report(EXAMINE, after, sequence=3, at=later(6)))
    assert (case.state.status, case.state.opening) == ("answered", 1)


def test_the_other_track_of_the_case_changes_nothing_of_that() -> None:
    case = Case().take(receive(SEQUENTIAL, PARALLEL), report(EXAMINE, "fulfilled", sequence=2, at=later(3)))
    case.take(close("t1", at=later(4)), _earlier("refused"), now=later(5))
    assert (case.state.track("t1").closed, case.state.status) == (True, "open")
    assert _open(case) == [("contradictory_ends", EXAMINE)]


def test_an_end_of_the_same_kind_takes_the_place_of_the_other_and_opens_nothing() -> None:
    case = _closed().take(_earlier("fulfilled"), now=later(5))
    assert (case.state.step(EXAMINE).ended_by.agency_sequence, case.state.status) == (1, "answered")
    assert _open(case) == []


def test_a_person_opens_it_again() -> None:
    case = _closed().take(_earlier("refused"), now=later(5))
    (task,) = (task.id for task in case.state.tasks if task.decision is None)
    case.take(SettleTask(**by(STAFF, "settle", 6), task=task, decision="confirm"))
    assert (case.state.status, case.state.step(EXAMINE).status) == ("open", "in_progress")


@pytest.mark.parametrize("late", ["fulfilled", "refused", "forwarded", "information_requested"])
def test_a_step_that_the_closing_cancelled_stays_so(late: str) -> None:
    case = Case().take(receive(SEQUENTIAL)).take(close("t1", at=later(4)))
    case.take(report(EXAMINE, late, sequence=1, at=later(2), forward_to="samhi"), now=later(5))
    assert (case.state.step(EXAMINE).status, case.state.opening) == ("cancelled", 1)


def test_an_earlier_end_counts_again_once_the_track_is_reopened() -> None:
    case = _closed().take(ReopenTrack(**by(STAFF, "again", 5), track="t1", reason="new_facts"))
    case.take(_earlier("refused"), now=later(6))
    assert case.state.step(EXAMINE).status == "refused"
