"""A topic, a group and a producer of a test's own, and what it takes to watch a consumer work."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from kit.kafka.admin import ensure_topics
from kit.kafka.connection import client_options
from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer
from kit.outbox.table import OutboxMessage
from schemas.envelope import CloudEvent
from schemas.frozen import Frozen
from schemas.topics import TopicContract, dlq_topic

PARTITIONS = 3


class Number(Frozen):
    """What the messages of these tests carry."""

    number: int


Event = CloudEvent[Number]
Handler = Callable[[Event], Awaitable[None]]


@dataclass
class Harness:
    """One test's part of Kafka."""

    bootstrap: str
    producer: Producer
    name: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:12]}")

    @property
    def topic(self) -> str:
        return f"vahid.{self.name}.v1"

    @property
    def group(self) -> str:
        return self.name

    async def send(self, numbers: Iterable[int], key: str = "a") -> None:
        """Publish one event per number, all under `key`."""
        await self.producer.send([OutboxMessage(self.topic, key, event(number, key)) for number in numbers])

    @asynccontextmanager
    async def consuming(self, handler: Handler, failure_limit: int = 20) -> AsyncIterator[Consumer]:
        """A member of the group, for as long as the block lasts; what ends it by itself is raised."""
        stop = asyncio.Event()
        consumer = Consumer(self.bootstrap, self.group, failure_limit=failure_limit)
        consumer.on(self.topic, Event, handler)
        running = asyncio.create_task(consumer.run(stop))
        try:
            yield consumer
        finally:
            stop.set()
            await running

    async def committed(self) -> int:
        """How many messages the group has committed, over all partitions."""
        reader = AIOKafkaConsumer(
            **client_options(self.bootstrap), group_id=self.group, enable_auto_commit=False
        )
        await reader.start()
        try:
            offsets = [await reader.committed(TopicPartition(self.topic, n)) for n in range(PARTITIONS)]
        finally:
            await reader.stop()
        return sum(offset or 0 for offset in offsets)


def event(number: int, key: str = "a") -> bytes:
    """The value of a sound message."""
    return Event(
        id=f"{key}-{number}",
        source="test",
        type="az.vahid.number.sent.v1",
        subject=key,
        time=datetime.now(UTC),
        data=Number(number=number),
    ).encode()


@asynccontextmanager
async def harness(bootstrap: str) -> AsyncIterator[Harness]:
    """A harness with its topics made."""
    producer = Producer(bootstrap, "test")
    made = Harness(bootstrap, producer)
    contract = TopicContract(
        topic=made.topic,
        owner="test",
        key="key",
        types={"az.vahid.number.sent.v1": "n"},
        partitions=PARTITIONS,
    )
    await asyncio.to_thread(ensure_topics, bootstrap, [contract], [dlq_topic(made.group)])
    await producer.start()
    try:
        yield made
    finally:
        await producer.stop()


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for a condition; fail when it does not come true."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.02)


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    held = condition()
    return held if isinstance(held, bool) else await held
