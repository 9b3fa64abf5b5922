import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulators.agency.hours import BAKU
from simulators.agency.life import Moment, State
from simulators.agency.store import ForeignStateError, Order, Store

START = datetime(2021, 8, 23, 10, tzinfo=BAKU)
MOMENTS = tuple(
    Moment(START + timedelta(hours=hours), state)
    for hours, state in ((1, State.ACCEPTED), (2, State.IN_PROGRESS), (3, State.DONE))
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state.sqlite", "mlspp")
    yield store
    store.close()


def accept(store: Store, key: str) -> bool:
    order = Order(key, "land-plot", START + timedelta(days=9), "http://x/")
    return store.accept(order, START, State.REGISTERED, str, MOMENTS, {"key": key})[1]


def once(event_id: str) -> list[tuple[float, str | None]]:
    return [(0.0, None)]


def test_a_key_is_taken_once(store: Store) -> None:
    assert [accept(store, "a"), accept(store, "a"), accept(store, "b")] == [True, False, True]
    assert [one["outcome"] for one in store.received_since(0)] == ["new", "duplicate", "new"]
    assert len(store.dues()) == 2


def test_moments_are_played_one_by_one_in_order(store: Store) -> None:
    accept(store, "a")
    played = [store.play([1], once)[0] for _ in MOMENTS]
    assert [(one.change.sequence, one.change.state, one.change.at) for one in played] == [
        (position + 2, moment.state, moment.at) for position, moment in enumerate(MOMENTS)
    ]
    assert played[-1].following is None and store.dues() == []
    assert store.changes_after(1, 10) == [one.change for one in played[1:]]


def test_a_life_goes_on_where_it_was_after_reopening(tmp_path: Path) -> None:
    first = Store(tmp_path / "state.sqlite", "moh")
    accept(first, "a")
    first.play([1], once)
    first.close()
    second = Store(tmp_path / "state.sqlite", "moh")
    assert [one.at for one in second.dues()] == [MOMENTS[1].at]
    assert [one.change_id for one in second.outstanding()] == [1]
    assert second.play([1], once)[0].change.change_id == 2
    second.close()


def test_what_is_delivered_or_lost_is_not_outstanding(store: Store) -> None:
    accept(store, "a")
    accept(store, "b")
    [first] = store.play([1], lambda _: [(0.0, None), (5.0, None)])[0].deliveries[:1]
    store.delivered(first)
    store.play([2], lambda _: [(0.0, "lost")])
    assert [(one.change_id, one.copy) for one in store.outstanding()] == [(1, 1)]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    accept(store, "a")

    def broken(event_id: str) -> list[tuple[float, str | None]]:
        raise sqlite3.OperationalError("disk full")

    with pytest.raises(sqlite3.OperationalError):
        store.play([1], broken)
    assert store.changes_after(0, 10) == []
    assert store.play([1], once)[0].change.sequence == 2


def test_the_folder_of_another_body_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "state.sqlite", "moh").close()
    with pytest.raises(ForeignStateError, match="is of moh"):
        Store(tmp_path / "state.sqlite", "mlspp")
