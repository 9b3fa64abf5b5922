"""Publishing rows of an outbox: all at once or, where Kafka refuses one of them, key by key."""

from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from aiokafka.errors import KafkaError

from kit.errors import name_of
from kit.outbox.held_keys import HeldKeys
from kit.outbox.table import OutboxMessage, decode_headers

log = structlog.get_logger()


class Publisher(Protocol):
    """Where the relay publishes (see `kit.kafka.producer.Producer`)."""

    of_the_message: tuple[type[KafkaError], ...]
    """Errors of a message alone, while Kafka takes others."""

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """Publish `messages`; return when all are acknowledged."""


async def publish(outbox: str, rows: Sequence[Any], publisher: Publisher, held: HeldKeys) -> Sequence[Any]:
    """Publish the rows of the outbox named `outbox`, in order; return those that Kafka took.

    A key whose row is refused is held: its later rows wait behind that one. `rows` has none of a key that
    waits.

    Raises:
        aiokafka.errors.KafkaError: Kafka is away, whatever the rows are.
    """
    try:
        await publisher.send([_message(row) for row in rows])
    except publisher.of_the_message:
        return await _publish_by_key(outbox, rows, publisher, held)
    held.release({row.key for row in rows})
    return rows


async def _publish_by_key(
    outbox: str, rows: Sequence[Any], publisher: Publisher, held: HeldKeys
) -> Sequence[Any]:
    """Publish the rows again, each by itself."""
    of_key: dict[str, list[Any]] = {}
    for row in rows:
        of_key.setdefault(row.key, []).append(row)
    sent: list[Any] = []
    for key, own in of_key.items():
        try:
            for row in own:
                await publisher.send([_message(row)])
                sent.append(row)
            held.release({key})
        except publisher.of_the_message as error:
            held.hold(key)
            log.error("outbox.key_held", outbox=outbox, row=row.id, topic=row.topic, error=name_of(error))
    return sent


def _message(row: Any) -> OutboxMessage:
    return OutboxMessage(row.topic, row.key, row.value, decode_headers(row.headers))
