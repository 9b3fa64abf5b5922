"""A row that Kafka refuses holds back its own key, and nothing else."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError
from structlog.testing import capture_logs

from kit.outbox.held_keys import HeldKeys
from kit.outbox.publishing import publish
from kit.outbox.table import OutboxMessage


class Row(NamedTuple):
    """A row as the relay reads it."""

    id: int
    key: str
    value: bytes = b""
    topic: str = "topic"
    headers: tuple[tuple[str, str], ...] = (("name", "dmFsdWU="),)


class Topic:
    """Takes messages, refuses those with a value in `refused`, and is away from the `away`th sending on."""

    of_the_message: tuple[type[KafkaError], ...] = (MessageSizeTooLargeError,)

    def __init__(self, refused: bytes = b"too large", away: int = 99) -> None:
        self.taken: list[OutboxMessage] = []
        self.sendings = 0
        self._refused, self._away = refused, away

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """All of them, or none."""
        self.sendings += 1
        if self.sendings >= self._away:
            raise KafkaConnectionError()
        if any(message.value == self._refused for message in messages):
            raise MessageSizeTooLargeError()
        self.taken += messages


async def test_rows_are_sent_at_once_with_their_headers_and_their_keys_wait_no_longer() -> None:
    topic, held, rows = Topic(), HeldKeys(), [Row(1, "a", b"1"), Row(2, "b", b"2")]
    held.hold("a")
    held.hold("c")
    assert await publish("unit", rows, topic, held) == rows
    assert topic.sendings == 1
    assert topic.taken == [
        OutboxMessage("topic", "a", b"1", (("name", b"value"),)),
        OutboxMessage("topic", "b", b"2", (("name", b"value"),)),
    ]
    assert held.now() == ["c"]


async def test_a_refused_row_holds_what_is_behind_it_under_its_key_and_is_told() -> None:
    topic, held = Topic(), HeldKeys()
    rows = [
        Row(1, "a", b"1"),
        Row(2, "b", b"2"),
        Row(3, "a", b"too large"),
        Row(4, "a", b"4"),
        Row(5, "b", b"5"),
    ]
    held.hold("b")
    with capture_logs() as told:
        sent = await publish("unit", rows, topic, held)
    assert [row.id for row in sent] == [1, 2, 5]
    assert [message.value for message in topic.taken] == [b"1", b"2", b"5"]
    assert held.now() == ["a"] and len(held) == 1
    assert [(entry["event"], entry["outbox"], entry["row"], entry["topic"]) for entry in told] == [
        ("outbox.key_held", "unit", 3, "topic")
    ]


@pytest.mark.parametrize("away", [1, 3])
async def test_when_kafka_is_away_nothing_is_held_and_the_relay_is_told(away: int) -> None:
    held = HeldKeys()
    with pytest.raises(KafkaConnectionError):
        await publish("unit", [Row(1, "a", b"1"), Row(2, "b", b"too large")], Topic(away=away), held)
    assert len(held) == 0
