"""Publishing to Kafka: every message acknowledged by all in-sync replicas before `send` returns."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner

from kit.kafka.connection import client_options, shown
from kit.kafka.message_headers import Headers, with_content_type
from kit.outbox.table import OutboxMessage
from schemas.envelope import CONTENT_TYPE

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Enough for the longest message: a case that hands its tracks over, with all its appeals."""
MAX_REQUEST_BYTES = MAX_MESSAGE_BYTES + 64 * 1024
"""Enough for a message with the headers of its dead letter."""
STOP_SECONDS = 5.0

OF_THE_MESSAGE = (
    MessageSizeTooLargeError,
    UnknownTopicOrPartitionError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
)
"""Errors of a message or its topic alone: others can be published meanwhile, by the same connection."""

_place = DefaultPartitioner()

log = structlog.get_logger()


class Producer:
    """An idempotent producer with acks=all. A message without a content type is a structured CloudEvent."""

    of_the_message: tuple[type[KafkaError], ...] = OF_THE_MESSAGE

    def __init__(self, bootstrap: str, client_id: str) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._connecting = asyncio.Lock()
        self._connected: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "Producer":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Connect; where Kafka is away, `send` connects later. So a service can start without Kafka."""
        try:
            await self._connection()
        except (KafkaError, OSError) as error:
            log.warning("kafka.producer_waits", bootstrap=shown(self._bootstrap), error=type(error).__name__)

    async def stop(self) -> None:
        """Send what is still buffered, for a few seconds at most, and disconnect."""
        producer, self._connected = self._connected, None
        if producer is not None:
            await _stop(producer)

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """Publish `messages`; return when all are acknowledged.

        Partitions are written beside each other. In a partition one batch follows another, each sent when the
        one before is acknowledged: a failure in the middle can repeat messages, never reorder a key.

        Raises:
            aiokafka.errors.KafkaError: at least one message was not acknowledged; send all of them again.
        """
        if not messages:
            return
        producer = await self._connection()
        try:
            await _send_all(producer, messages)
        except KafkaError as error:
            await self._renew_after(error, producer)
            raise

    async def forward(self, topic: str, *, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Publish one message just as it is; return when it is acknowledged.

        A message with neither key nor value, which aiokafka refuses to send, gets an empty value.

        Raises:
            aiokafka.errors.KafkaError: it was not acknowledged.
        """
        producer = await self._connection()
        value = b"" if key is None and value is None else value
        try:
            await producer.send_and_wait(topic, key=key, value=value, headers=list(headers))
        except KafkaError as error:
            await self._renew_after(error, producer)
            raise

    async def _connection(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._connected is None:
                producer = AIOKafkaProducer(
                    **client_options(self._bootstrap),
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    max_batch_size=128 * 1024,
                    max_request_size=MAX_REQUEST_BYTES,
                    request_timeout_ms=10_000,
                )
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._connected = producer
            return self._connected

    async def _renew_after(self, error: KafkaError, producer: AIOKafkaProducer) -> None:
        """Some errors (a lost producer id, a fenced epoch) last: let the next send make a new producer."""
        if error.retriable or isinstance(error, OF_THE_MESSAGE) or self._connected is not producer:
            return
        self._connected = None
        await _stop(producer)


def by_partition(
    messages: Sequence[OutboxMessage], partitions: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], list[OutboxMessage]]:
    """Messages by topic and partition, in their order; keys are placed as Java clients place them."""
    placed: dict[tuple[str, int], list[OutboxMessage]] = {}
    for message in messages:
        number = _place(message.key.encode(), partitions[message.topic], [])
        placed.setdefault((message.topic, number), []).append(message)
    return placed


async def _send_all(producer: AIOKafkaProducer, messages: Sequence[OutboxMessage]) -> None:
    # A broker that refuses a long message has lost count of the idempotent ones behind it.
    if any(len(message.value) > MAX_MESSAGE_BYTES for message in messages):
        raise MessageSizeTooLargeError(f"A message is longer than {MAX_MESSAGE_BYTES} bytes.")
    topics = {message.topic for message in messages}
    partitions = {topic: sorted(await producer.partitions_for(topic)) for topic in topics}
    outcomes = await asyncio.gather(
        *(
            _send_in_order(producer, topic, number, placed)
            for (topic, number), placed in by_partition(messages, partitions).items()
        ),
        return_exceptions=True,
    )
    failures = [outcome for outcome in outcomes if outcome is not None]
    if failures:  # where Kafka is in trouble, that matters more than a message which it would refuse
        raise min(failures, key=lambda failure: isinstance(failure, OF_THE_MESSAGE))


async def _send_in_order(
    producer: AIOKafkaProducer, topic: str, partition: int, messages: Sequence[OutboxMessage]
) -> None:
    left = deque(messages)
    while left:
        batch = producer.create_batch()
        while left and _fits(batch, left[0]):
            left.popleft()
        await (await producer.send_batch(batch, topic, partition=partition))


def _fits(batch: Any, message: OutboxMessage) -> bool:
    """Append `message` to `batch` where it fits; any message fits an empty batch."""
    headers = list(with_content_type(message.headers, CONTENT_TYPE))
    return (
        batch.append(timestamp=None, key=message.key.encode(), value=message.value, headers=headers)
        is not None
    )


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        log.warning("kafka.producer_stopped_hard", error=type(error).__name__)
