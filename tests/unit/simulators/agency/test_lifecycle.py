from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.hours import BAKU, add_hours
from simulators.agency.lifecycle import ENDED_STATES, PlannedChange, State, plan
from simulators.agency.registry import DIALECTS

START = datetime(2021, 8, 23, 10, tzinfo=BAKU)
DUE = add_hours(START, 90)
CALM: dict[str, Any] = {"refuse_rate": 0, "forward_rate": 0, "information_rate": 0, "late_rate": 0}
AGENCIES = [id_ for id_ in DIALECTS if id_ == "nasimi-executive" or not id_.endswith("-executive")]
"""One of each dialect."""
KEYS = [f"case/{number}/1" for number in range(1500)]
Planned = tuple[PlannedChange, ...]


def planned(key: str = "k", agency: str = "mlspp", seed: str = "1", **behaviour: Any) -> Planned:
    return plan(seed, key, START, DUE, DIALECTS[agency].habits, AgencyBehaviour(**behaviour))


def all_planned(agency: str = "mlspp", **behaviour: Any) -> Iterator[Planned]:
    return (planned(key, agency, **behaviour) for key in KEYS)


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_seed_and_a_key_determine_the_changes(agency: str) -> None:
    assert list(all_planned(agency)) == list(all_planned(agency))
    assert planned("k", agency) != planned("l", agency)
    assert planned("k", agency) != planned("k", agency, seed="2")


def test_the_shares_are_about_as_set() -> None:
    ends = Counter(
        changes[-1].state for changes in all_planned(refuse_rate=0.2, forward_rate=0.1, late_rate=0)
    )
    assert 0.16 < ends[State.REFUSED] / len(KEYS) < 0.24
    assert 0.07 < ends[State.FORWARDED] / len(KEYS) < 0.13
    asked = sum(
        any(change.state is State.INFORMATION_NEEDED for change in changes)
        for changes in all_planned(information_rate=0.3)
    )
    assert 0.25 < asked / len(KEYS) < 0.35


def test_the_late_share_ends_after_the_due_date_and_nobody_else() -> None:
    late = sum(changes[-1].at > DUE for changes in all_planned(late_rate=0.2))
    assert 0.16 < late / len(KEYS) < 0.24
    assert not any(changes[-1].at > DUE for changes in all_planned(late_rate=0))
    assert all(changes[-1].at > DUE for changes in all_planned(late_rate=1))


def test_a_setting_changes_nothing_but_its_own_effect() -> None:
    calm, refusing = all_planned(**CALM), all_planned(**{**CALM, "refuse_rate": 0.1})
    changed = [(before, after) for before, after in zip(calm, refusing, strict=True) if before != after]
    assert 0 < len(changed) < 0.15 * len(KEYS)
    assert all(after[-1].state is State.REFUSED for _, after in changed)


def test_durations_are_stretched() -> None:
    once, thrice = planned(**CALM), planned(**CALM, duration_scale=3)
    assert [change.state for change in once] == [change.state for change in thrice]
    assert thrice[-1].at - START > 2 * (once[-1].at - START)


def test_a_quicker_pace_ends_earlier_and_late_stays_late() -> None:
    slow, quick = all_planned(late_rate=0.2), all_planned(late_rate=0.2, pace=3)
    assert [changes[-1].at > DUE for changes in slow] == [changes[-1].at > DUE for changes in quick]
    in_time = [
        (before[-1].at, after[-1].at)
        for before, after in zip(slow, quick, strict=True)
        if before[-1].at <= DUE
    ]
    assert all(after < before for before, after in in_time)


def test_some_agencies_acknowledge_by_accepting() -> None:
    assert [change.state for change in planned(agency="moh", **CALM)] == [State.IN_PROGRESS, State.DONE]
    later = planned(agency="mod", **CALM)
    assert [change.state for change in later] == [State.ACCEPTED, State.IN_PROGRESS, State.DONE]


def test_an_agency_asks_for_information_and_goes_on_without_it() -> None:
    states = [change.state for change in planned(**{**CALM, "information_rate": 1})]
    assert states == [State.IN_PROGRESS, State.INFORMATION_NEEDED, State.IN_PROGRESS, State.DONE]


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_refusal_gives_a_reason_and_a_forward_mostly_names_nobody(agency: str) -> None:
    refused = [changes[-1] for changes in all_planned(agency, refuse_rate=1)]
    assert {(end.reason, end.note_text) for end in refused} == set(DIALECTS[agency].habits.reasons)
    named = [changes[-1].redirect_to for changes in all_planned(agency, refuse_rate=0, forward_rate=1)]
    assert sum(map(bool, named)) < 0.3 * len(named)
    assert set(named) <= {"", *DIALECTS[agency].habits.redirects}


@given(
    key=st.text(min_size=1),
    agency=st.sampled_from(AGENCIES),
    start=st.timedeltas(timedelta(0), timedelta(days=1500)),
    term=st.timedeltas(timedelta(days=-10), timedelta(days=3000)),
    rates=st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 4),
    scale=st.floats(0.001, 20),
)
def test_changes_are_in_order_and_end_once(
    key: str, agency: str, start: timedelta, term: timedelta, rates: tuple[float, ...], scale: float
) -> None:
    names = ("refuse_rate", "forward_rate", "information_rate", "late_rate")
    behaviour = AgencyBehaviour(**dict(zip(names, rates, strict=True)), duration_scale=scale)
    taken_at = START + start
    changes = plan("s", key, taken_at, taken_at + term, DIALECTS[agency].habits, behaviour)
    instants = [taken_at, *(change.at for change in changes)]
    assert all(earlier < later for earlier, later in pairwise(instants))
    assert [change.state in ENDED_STATES for change in changes] == [False] * (len(changes) - 1) + [True]
