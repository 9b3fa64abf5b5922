"""One member of a consumer group, on FastStream: joining, its share of the partitions, leaving."""

import asyncio
import contextlib
import logging
import time

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage

from kit.errors import TransientError
from kit.kafka.commits import Commits
from kit.kafka.connection import KafkaConnection
from kit.kafka.metrics import LAG, OLDEST_AGE
from kit.kafka.partition_worker import PartitionWorker, Settle

REVOKE_SECONDS = 10.0
STOP_SECONDS = 4.0
PROBE_SECONDS = 3.0
FETCH_RECORDS = 20
GATHER_BYTES, GATHER_MILLISECONDS = 32 * 1024, 200
"""Kafka answers a fetch at this size, or after this time. Else it would answer a steady trickle message by
message, which costs more than handling it."""


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """One membership in a group: from the join to the leave, or to an error that ends it."""

    def __init__(self, bootstrap: str, group: str, topics: tuple[str, ...], settle: Settle) -> None:
        self._group = group
        self._topics = topics
        self._settle = settle
        self._workers: dict[TopicPartition, PartitionWorker] = {}
        self._received = 0
        self._assigned = False
        self._answers = True
        connection = KafkaConnection.of(bootstrap)
        self._broker = KafkaBroker(
            connection.servers,
            security=connection.security(),
            client_id=group,
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            request_timeout_ms=10_000,
            metadata_max_age_ms=30_000,
            graceful_timeout=STOP_SECONDS,
            logger=logging.getLogger("kit.kafka"),
            log_level=logging.DEBUG,
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            group_id=group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
            rebalance_timeout_ms=30_000,
            fetch_min_bytes=GATHER_BYTES,
            fetch_max_wait_ms=GATHER_MILLISECONDS,
            listener=self,
            parser=_parse,
            decoder=_whole,
            no_reply=True,
        )
        self._subscriber(self._receive)
        self._commits: Commits | None = None
        self._committing: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Connect and ask for a share. Raises KafkaError while Kafka is away."""
        await self._broker.start()

    def ready(self) -> bool:
        """Whether Kafka answers and a share has been given."""
        return self._assigned and self._answers and not self._is_lost()

    async def check(self) -> None:
        """Raise what has ended this membership; measure lag and ages; probe whether Kafka answers."""
        if self._is_lost():
            raise TransientError("membership_lost", f"The member of {self._group} lost its coordinator task.")
        if self._committing is not None and self._committing.done():
            self._committing.result()
        for worker in self._workers.values():
            worker.check()
        self._measure_ages()
        await self._probe()

    async def leave(self) -> None:
        """Settle the messages at hand, commit, leave; a few seconds at most for each."""
        self._assigned = False
        await self._close_workers(STOP_SECONDS)
        if self._committing is not None:
            self._committing.cancel()
            await asyncio.wait([self._committing])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._broker.stop()

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let running handlers end, commit their effects, drop the rest: it comes to the next owner."""
        self._assigned = False
        await self._close_workers(REVOKE_SECONDS)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Open a worker for each partition of the new share."""
        consumer = self._consumer()
        if self._commits is None:
            self._commits = Commits(self._group, consumer)
            self._committing = asyncio.create_task(self._commits.run())
        self._workers = {
            partition: PartitionWorker(partition, consumer, self._settle, self._commits.settled)
            for partition in assigned
        }
        self._assigned = True

    async def _receive(self, message: KafkaMessage) -> None:
        """Hand a message to its partition's worker.

        From the fetch to here nothing waits, so that no rebalance can come between: a message that was
        fetched under one assignment never reaches a worker of the next.
        """
        record = message.raw_message
        assert isinstance(record, ConsumerRecord)
        worker = self._workers.get(TopicPartition(record.topic, record.partition))
        if worker is not None:
            worker.put(record)
        self._received += 1
        if self._received % FETCH_RECORDS == 0:
            await asyncio.sleep(0)

    async def _close_workers(self, seconds: float) -> None:
        workers, self._workers = self._workers, {}
        await asyncio.gather(*(worker.close(seconds) for worker in workers.values()))
        if self._commits is not None:
            await self._commits.flush(STOP_SECONDS)
            self._commits.forget()

    def _measure_ages(self) -> None:
        """A partition's messages are settled in order, so its oldest is the one at hand, or the next."""
        for topic in self._topics:
            workers = (worker for partition, worker in self._workers.items() if partition.topic == topic)
            oldest = min((worker.oldest for worker in workers if worker.oldest is not None), default=None)
            age = 0.0 if oldest is None else max(0.0, time.time() - oldest)
            OLDEST_AGE.labels(self._group, topic).set(age)

    async def _probe(self) -> None:
        consumer = self._subscriber.consumer
        assigned = list(self._workers)
        if consumer is None or not assigned:
            return
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                ends = await consumer.end_offsets(assigned)
                for partition, end in ends.items():
                    behind = end - await consumer.position(partition)
                    LAG.labels(self._group, partition.topic, partition.partition).set(max(0, behind))
            self._answers = True
        except (KafkaError, OSError, TimeoutError):
            self._answers = False

    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscriber.consumer
        assert consumer is not None
        return consumer

    def _is_lost(self) -> bool:
        # An unexpected error ends aiokafka's coordination for good, and FastStream logs it for ever:
        # no public call shows it. Such a member must join anew.
        consumer = self._subscriber.consumer
        task = getattr(getattr(consumer, "_coordinator", None), "_coordination_task", None)
        return task is not None and task.done()


async def _parse(record: ConsumerRecord) -> KafkaMessage:
    """The message as it is. FastStream's own parser decodes headers, and drops a message where that fails."""
    return KafkaAckableMessage(raw_message=record, body=record.value or b"", consumer=FAKE_CONSUMER)


async def _whole(message: KafkaMessage) -> KafkaMessage:
    return message
