from datetime import datetime, timedelta

import pytest

from simulators.agency.hours import BAKU, hours_between
from simulators.agency.lifecycle import PlannedChange, State
from simulators.agency.messages import replan
from simulators.agency.registry import DIALECTS

NOW = datetime(2021, 8, 25, 12, tzinfo=BAKU)
MLSPP, MOH = DIALECTS["mlspp"].habits, DIALECTS["moh"].habits
PLANNED = (
    PlannedChange(datetime(2021, 8, 27, 10, tzinfo=BAKU), State.IN_PROGRESS, "İcra olunur."),
    PlannedChange(datetime(2021, 9, 1, 10, tzinfo=BAKU), State.DONE, "Tapşırıq icra edildi."),
)


def test_a_recall_ends_the_assignment_with_a_last_change_where_the_agency_has_one() -> None:
    [last] = replan("recall", State.IN_PROGRESS, PLANNED, NOW, MLSPP)
    assert (last.at, last.state, last.note_text) == (NOW, State.RECALLED, "Tapşırıq ləğv edildi.")
    assert replan("recall", State.IN_PROGRESS, PLANNED, NOW, MOH) == ()


def test_information_lets_a_waiting_agency_go_on() -> None:
    changes = replan("information", State.INFORMATION_NEEDED, PLANNED, NOW, MLSPP)
    assert [(change.state, change.note_text) for change in changes] == [
        (change.state, change.note_text) for change in PLANNED
    ]
    assert changes[0].at == NOW
    between = hours_between(PLANNED[0].at, PLANNED[1].at)
    assert hours_between(NOW, changes[1].at) == pytest.approx(between)


def test_information_changes_nothing_for_an_agency_that_does_not_wait() -> None:
    assert replan("information", State.IN_PROGRESS, PLANNED, NOW, MLSPP) == PLANNED
    late = PLANNED[1].at + timedelta(days=3)
    assert replan("information", State.INFORMATION_NEEDED, PLANNED, late, MLSPP) == PLANNED
