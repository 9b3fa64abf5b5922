import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import Moment, State
from simulators.agency.messages import Message
from simulators.agency.store import Due, ForeignStateError, Order, Store

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


def due(store: Store, number: int) -> list[Due]:
    found = store.next_due(number)
    return [] if found is None else [found]


def once(event_id: str) -> list[tuple[float, str | None]]:
    return [(0.0, None)]


def test_a_key_is_taken_once(store: Store) -> None:
    assert [accept(store, "a"), accept(store, "a"), accept(store, "b")] == [True, False, True]
    assert [one["outcome"] for one in store.received_since(0)] == ["new", "duplicate", "new"]
    assert len(store.dues()) == 2


def test_moments_are_played_one_by_one_in_order(store: Store) -> None:
    accept(store, "a")
    played = [store.play(due(store, 1), once)[0] for _ in MOMENTS]
    assert [(one.change.sequence, one.change.state, one.change.at) for one in played] == [
        (position + 2, moment.state, moment.at) for position, moment in enumerate(MOMENTS)
    ]
    assert played[-1].following is None and store.dues() == []
    assert store.changes_after(1, 10) == [one.change for one in played[1:]]


def test_a_life_goes_on_where_it_was_after_reopening(tmp_path: Path) -> None:
    first = Store(tmp_path / "state.sqlite", "moh")
    accept(first, "a")
    first.play(due(first, 1), once)
    first.close()
    second = Store(tmp_path / "state.sqlite", "moh")
    assert [one.at for one in second.dues()] == [MOMENTS[1].at]
    assert [one.change_id for one in second.outstanding()] == [1]
    assert second.play(due(second, 1), once)[0].change.change_id == 2
    second.close()


def test_what_is_delivered_or_lost_is_not_outstanding(store: Store) -> None:
    accept(store, "a")
    accept(store, "b")
    [first] = store.play(due(store, 1), lambda _: [(0.0, None), (5.0, None)])[0].deliveries[:1]
    store.delivered(first)
    store.play(due(store, 2), lambda _: [(0.0, "lost")])
    assert [(one.change_id, one.copy) for one in store.outstanding()] == [(1, 1)]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    accept(store, "a")

    def broken(event_id: str) -> list[tuple[float, str | None]]:
        raise sqlite3.OperationalError("disk full")

    with pytest.raises(sqlite3.OperationalError):
        store.play(due(store, 1), broken)
    assert store.changes_after(0, 10) == []
    assert store.play(due(store, 1), once)[0].change.sequence == 2


def test_the_folder_of_another_agency_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "state.sqlite", "moh").close()
    with pytest.raises(ForeignStateError, match="is of moh"):
        Store(tmp_path / "state.sqlite", "mlspp")


def recall(store: Store, identity: str, key: str = "a") -> str:
    message = Message(identity, "recall", "key", key)
    return store.tell(message, lambda state, planned: (), {"message": identity}).outcome


def test_a_message_is_heard_once(store: Store) -> None:
    accept(store, "a")
    assert [recall(store, "m/1"), recall(store, "m/1"), recall(store, "m/2")] == ["told", "repeated", "ended"]
    assert recall(store, "m/3", "b") == "unknown"
    told = [(one["message"], one["assignment"], one["outcome"]) for one in store.received_since(1)]
    assert told == [
        ("m/1", "a", "told"),
        ("m/1", "a", "repeated"),
        ("m/2", "a", "ended"),
        ("m/3", None, "unknown"),
    ]


def test_what_was_recalled_does_not_happen(store: Store) -> None:
    accept(store, "a")
    waited_for = due(store, 1)
    recall(store, "m/1")
    assert (store.play(waited_for, once), store.dues()) == ([], [])
    known = store.find("key", "a")
    assert known is not None and known.state is State.RECALLED


def test_what_comes_earlier_happens_once(store: Store) -> None:
    accept(store, "a")
    waited_for = due(store, 1)
    earlier = [replace(one, at=one.at - timedelta(minutes=30)) for one in MOMENTS]
    store.tell(Message("m/1", "information", "key", "a"), lambda state, planned: earlier, {})
    [played] = store.play([*due(store, 1), *waited_for], once)
    assert played.change.at == earlier[0].at
    assert [one.at for one in store.dues()] == [earlier[1].at]
