import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulators.agency.hours import BAKU
from simulators.agency.lifecycle import PlannedChange, State
from simulators.agency.messages import Message
from simulators.agency.store.database import ForeignStateError
from simulators.agency.store.records import DueChange, Submission
from simulators.agency.store.store import Store

START = datetime(2021, 8, 23, 10, tzinfo=BAKU)
PLANNED = tuple(
    PlannedChange(START + timedelta(hours=hours), state)
    for hours, state in ((1, State.ACCEPTED), (2, State.IN_PROGRESS), (3, State.DONE))
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state.sqlite", "mlspp")
    yield store
    store.close()


def accept(store: Store, key: str) -> bool:
    submission = Submission(key, "land-plot", START + timedelta(days=9), "http://x/")
    return store.accept(submission, START, State.REGISTERED, str, PLANNED, {"key": key})[1]


def due(store: Store, number: int) -> list[DueChange]:
    found = store.planned.next_due(number)
    return [] if found is None else [found]


def once(event_id: str) -> list[tuple[float, str | None]]:
    return [(0.0, None)]


def test_a_key_is_taken_once(store: Store) -> None:
    assert [accept(store, "a"), accept(store, "a"), accept(store, "b")] == [True, False, True]
    assert [entry["outcome"] for entry in store.received.since(0)] == ["new", "duplicate", "new"]
    assert len(store.planned.all_due()) == 2


def test_planned_changes_happen_in_order(store: Store) -> None:
    accept(store, "a")
    played = [store.play(due(store, 1), once)[0] for _ in PLANNED]
    assert [(step.change.sequence, step.change.state, step.change.at) for step in played] == [
        (position + 2, planned.state, planned.at) for position, planned in enumerate(PLANNED)
    ]
    assert played[-1].next_due is None and store.planned.all_due() == []
    assert store.changes.after(1, 10) == [step.change for step in played[1:]]


def test_a_plan_continues_after_reopening(tmp_path: Path) -> None:
    first = Store(tmp_path / "state.sqlite", "moh")
    accept(first, "a")
    first.play(due(first, 1), once)
    first.close()
    second = Store(tmp_path / "state.sqlite", "moh")
    assert [due.at for due in second.planned.all_due()] == [PLANNED[1].at]
    assert [delivery.change_id for delivery in second.deliveries.outstanding()] == [1]
    assert second.play(due(second, 1), once)[0].change.change_id == 2
    second.close()


def test_a_delivered_or_lost_webhook_is_not_outstanding(store: Store) -> None:
    accept(store, "a")
    accept(store, "b")
    [first] = store.play(due(store, 1), lambda _: [(0.0, None), (5.0, None)])[0].deliveries[:1]
    store.deliveries.delivered(first)
    store.play(due(store, 2), lambda _: [(0.0, "lost")])
    assert [(delivery.change_id, delivery.copy) for delivery in store.deliveries.outstanding()] == [(1, 1)]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    accept(store, "a")

    def broken(event_id: str) -> list[tuple[float, str | None]]:
        raise sqlite3.OperationalError("disk full")

    with pytest.raises(sqlite3.OperationalError):
        store.play(due(store, 1), broken)
    assert store.changes.after(0, 10) == []
    assert store.play(due(store, 1), once)[0].change.sequence == 2


def test_the_folder_of_another_agency_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "state.sqlite", "moh").close()
    with pytest.raises(ForeignStateError, match="belongs to moh"):
        Store(tmp_path / "state.sqlite", "mlspp")


def recall(store: Store, identity: str, key: str = "a") -> str:
    message = Message(identity, "recall", "key", key)
    return store.accept_message(message, lambda state, planned: (), {"message": identity}).outcome


def test_a_message_is_accepted_once(store: Store) -> None:
    accept(store, "a")
    assert [recall(store, "m/1"), recall(store, "m/1"), recall(store, "m/2")] == [
        "accepted",
        "repeated",
        "ended",
    ]
    assert recall(store, "m/3", "b") == "unknown"
    logged = [(entry["message"], entry["assignment"], entry["outcome"]) for entry in store.received.since(1)]
    assert logged == [
        ("m/1", "a", "accepted"),
        ("m/1", "a", "repeated"),
        ("m/2", "a", "ended"),
        ("m/3", None, "unknown"),
    ]


def test_a_recalled_change_does_not_happen(store: Store) -> None:
    accept(store, "a")
    old_due = due(store, 1)
    recall(store, "m/1")
    assert (store.play(old_due, once), store.planned.all_due()) == ([], [])
    known = store.assignments.find("key", "a")
    assert known is not None and known.state is State.RECALLED


def test_a_change_brought_forward_happens_once(store: Store) -> None:
    accept(store, "a")
    old_due = due(store, 1)
    earlier = [replace(change, at=change.at - timedelta(minutes=30)) for change in PLANNED]
    store.accept_message(Message("m/1", "information", "key", "a"), lambda state, planned: earlier, {})
    [played] = store.play([*due(store, 1), *old_due], once)
    assert played.change.at == earlier[0].at
    assert [due.at for due in store.planned.all_due()] == [earlier[1].at]
