from datetime import datetime, timedelta

import pytest

from simulators.agency.hours import BAKU, hours_between
from simulators.agency.lifecycle import Moment, State
from simulators.agency.messages import life_after
from simulators.agency.registry import DIALECTS

NOW = datetime(2021, 8, 25, 12, tzinfo=BAKU)
MLSPP, MOH = DIALECTS["mlspp"].habits, DIALECTS["moh"].habits
PLANNED = (
    Moment(datetime(2021, 8, 27, 10, tzinfo=BAKU), State.IN_PROGRESS, "İcra olunur."),
    Moment(datetime(2021, 9, 1, 10, tzinfo=BAKU), State.DONE, "Tapşırıq icra edildi."),
)


def test_a_recall_ends_the_life_with_a_last_word_where_there_is_one() -> None:
    [last] = life_after("recall", State.IN_PROGRESS, PLANNED, NOW, MLSPP)
    assert (last.at, last.state, last.note_text) == (NOW, State.RECALLED, "Tapşırıq ləğv edildi.")
    assert life_after("recall", State.IN_PROGRESS, PLANNED, NOW, MOH) == ()


def test_information_lets_an_agency_go_on_that_waits_for_it() -> None:
    moments = life_after("information", State.INFORMATION_NEEDED, PLANNED, NOW, MLSPP)
    assert [(one.state, one.note_text) for one in moments] == [(one.state, one.note_text) for one in PLANNED]
    assert moments[0].at == NOW
    between = hours_between(PLANNED[0].at, PLANNED[1].at)
    assert hours_between(NOW, moments[1].at) == pytest.approx(between)


def test_information_to_an_agency_that_does_not_wait_moves_nothing() -> None:
    assert life_after("information", State.IN_PROGRESS, PLANNED, NOW, MLSPP) == PLANNED
    late = PLANNED[1].at + timedelta(days=3)
    assert life_after("information", State.INFORMATION_NEEDED, PLANNED, late, MLSPP) == PLANNED
