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
from simulators.agency.lifecycle import Moment, State, plan
from simulators.agency.registry import DIALECTS

START = datetime(2021, 8, 23, 10, tzinfo=BAKU)
DUE = add_hours(START, 90)
NOTHING: dict[str, Any] = {"refuse_rate": 0, "forward_rate": 0, "information_rate": 0, "late_rate": 0}
AGENCIES = [body for body in DIALECTS if body == "nasimi-executive" or not body.endswith("-executive")]
"""One of each dialect."""
KEYS = [f"case/{number}/1" for number in range(1500)]
ENDS = {State.DONE, State.REFUSED, State.FORWARDED}


def life(key: str = "k", agency: str = "mlspp", seed: str = "1", **behaviour: Any) -> tuple[Moment, ...]:
    return plan(seed, key, START, DUE, DIALECTS[agency].habits, AgencyBehaviour(**behaviour))


def lives(agency: str = "mlspp", **behaviour: Any) -> Iterator[tuple[Moment, ...]]:
    return (life(key, agency, **behaviour) for key in KEYS)


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_seed_and_a_key_give_one_life(agency: str) -> None:
    assert list(lives(agency)) == list(lives(agency))
    assert life("k", agency) != life("l", agency)
    assert life("k", agency) != life("k", agency, seed="2")


def test_the_shares_are_about_as_dialled() -> None:
    ends = Counter(one[-1].state for one in lives(refuse_rate=0.2, forward_rate=0.1, late_rate=0))
    assert 0.16 < ends[State.REFUSED] / len(KEYS) < 0.24
    assert 0.07 < ends[State.FORWARDED] / len(KEYS) < 0.13
    asked = sum(any(m.state is State.INFORMATION_NEEDED for m in one) for one in lives(information_rate=0.3))
    assert 0.25 < asked / len(KEYS) < 0.35


def test_the_late_share_ends_after_the_due_date_and_nobody_else() -> None:
    late = sum(one[-1].at > DUE for one in lives(late_rate=0.2))
    assert 0.16 < late / len(KEYS) < 0.24
    assert not any(one[-1].at > DUE for one in lives(late_rate=0))
    assert all(one[-1].at > DUE for one in lives(late_rate=1))


def test_a_setting_moves_nothing_but_its_own() -> None:
    calm, asking = lives(**NOTHING), lives(**{**NOTHING, "refuse_rate": 0.1})
    changed = [(one, other) for one, other in zip(calm, asking, strict=True) if one != other]
    assert 0 < len(changed) < 0.15 * len(KEYS)
    assert all(other[-1].state is State.REFUSED for _, other in changed)


def test_durations_are_stretched() -> None:
    once, thrice = life(**NOTHING), life(**NOTHING, duration_scale=3)
    assert [one.state for one in once] == [one.state for one in thrice]
    assert thrice[-1].at - START > 2 * (once[-1].at - START)


def test_a_quicker_pace_ends_earlier_and_late_stays_late() -> None:
    slow, quick = lives(late_rate=0.2), lives(late_rate=0.2, pace=3)
    assert [one[-1].at > DUE for one in slow] == [one[-1].at > DUE for one in quick]
    in_time = [
        (one[-1].at, other[-1].at) for one, other in zip(slow, quick, strict=True) if one[-1].at <= DUE
    ]
    assert all(other < one for one, other in in_time)


def test_some_agencies_acknowledge_by_accepting() -> None:
    assert [one.state for one in life(agency="moh", **NOTHING)] == [State.IN_PROGRESS, State.DONE]
    later = life(agency="mod", **NOTHING)
    assert [one.state for one in later] == [State.ACCEPTED, State.IN_PROGRESS, State.DONE]


def test_information_is_asked_for_and_the_work_goes_on_by_itself() -> None:
    states = [one.state for one in life(**{**NOTHING, "information_rate": 1})]
    assert states == [State.IN_PROGRESS, State.INFORMATION_NEEDED, State.IN_PROGRESS, State.DONE]


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_refusal_gives_a_reason_and_a_forward_mostly_names_nobody(agency: str) -> None:
    refused = [one[-1] for one in lives(agency, refuse_rate=1)]
    assert {(one.reason, one.note_text) for one in refused} == set(DIALECTS[agency].habits.reasons)
    named = [one[-1].redirect_to for one in lives(agency, refuse_rate=0, forward_rate=1)]
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
def test_every_life_is_in_order_and_ends_once(
    key: str, agency: str, start: timedelta, term: timedelta, rates: tuple[float, ...], scale: float
) -> None:
    names = ("refuse_rate", "forward_rate", "information_rate", "late_rate")
    behaviour = AgencyBehaviour(**dict(zip(names, rates, strict=True)), duration_scale=scale)
    taken_at = START + start
    moments = plan("s", key, taken_at, taken_at + term, DIALECTS[agency].habits, behaviour)
    instants = [taken_at, *(one.at for one in moments)]
    assert all(earlier < later for earlier, later in pairwise(instants))
    assert [one.state in ENDS for one in moments] == [False] * (len(moments) - 1) + [True]
