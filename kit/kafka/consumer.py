"""Consuming from Kafka: the effect first, then the commit; nothing skipped, nothing stuck, nothing silent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from kit import failpoints, tracing
from kit.errors import TransientError
from kit.kafka.dead_letter_headers import dead_letter_headers
from kit.kafka.membership import Membership
from kit.kafka.partition_worker import PartitionWorker
from kit.kafka.producer import Producer
from kit.kafka.retry_policy import DeadLettered, Tries, UndecodableError, backoff, classify, name_of, place_of
from kit.kafka.waiting import wait_for
from schemas.envelope import CloudEvent
from schemas.topics import dlq_topic

Data = TypeVar("Data")

HANDLE_SECONDS = 60.0
WATCH_SECONDS = 1.0

SETTLED = Counter(
    "vahid_consumer_messages_total", "Messages settled, by outcome.", ["group", "topic", "outcome"]
)
RETRIES = Counter("vahid_consumer_retries_total", "Tries that failed and are made again.", ["group", "topic"])
SECONDS = Histogram("vahid_consumer_handle_seconds", "Time of one try of a handler.", ["group", "topic"])

log = structlog.get_logger()


@dataclass(frozen=True)
class _Route:
    type_: type[CloudEvent[Any]]
    handler: Callable[[CloudEvent[Any]], Awaitable[None]]


class Consumer:
    """A member of the consumer group `group`.

    Messages of one partition are handled in order, those of different partitions beside each other, up to
    `max_workers` at once. A message is committed after its handler has returned, so a handler can see a
    message again and must bear it. Nothing else moves an offset: a failed try is made again (see
    `kit.kafka.retry_policy`) or the message is in the dead-letter topic, acknowledged, before the commit.
    """

    def __init__(self, bootstrap: str, group: str, *, max_workers: int = 16) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._workers = asyncio.Semaphore(max_workers)
        self._routes: dict[str, _Route] = {}
        self._dlq_producer = Producer(bootstrap, f"{group}.dlq")
        self._membership: Membership | None = None

    def on(
        self,
        topic: str,
        type_: type[CloudEvent[Data]],
        handler: Callable[[CloudEvent[Data]], Awaitable[None]],
    ) -> None:
        """Handle the messages of `topic`, each decoded as `type_`.

        Raises:
            ValueError: the topic has a handler already.
        """
        if topic in self._routes:
            raise ValueError(f"{self._group} has a handler for {topic} already; a topic has one in a group.")
        self._routes[topic] = _Route(type_, handler)

    def ready(self) -> bool:
        """Whether Kafka answers and the group has given this member its share of the partitions."""
        return self._membership is not None and self._membership.ready()

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set, through any outage; then settle what is at hand and leave."""
        failed = 0
        try:
            while not stop.is_set():
                try:
                    await self._take_part(stop)
                    failed = 0
                except (KafkaError, OSError, TimeoutError, TransientError) as error:
                    failed += 1
                    log.warning("kafka.consumer_waits", group=self._group, error=name_of(error))
                    await wait_for(stop, backoff(failed))
        finally:
            await self._dlq_producer.stop()

    async def _take_part(self, stop: asyncio.Event) -> None:
        membership = Membership(self._bootstrap, self._group, tuple(self._routes), self._settle)
        try:
            await membership.join()
            self._membership = membership
            while not stop.is_set():
                await membership.check()
                await wait_for(stop, WATCH_SECONDS)
        finally:
            self._membership = None
            await membership.leave()

    async def _settle(self, worker: PartitionWorker, record: ConsumerRecord) -> None:
        """Handle `record`, as often as it takes; or dead-letter it."""
        tries = Tries()
        while True:
            tries.made += 1
            try:
                async with self._workers:
                    await self._handle(record)
            except Exception as error:  # noqa: BLE001 - each is told apart by `judge`, none is swallowed
                outcome = classify(error, tries)
                self._tell(record, tries, error, outcome)
                if isinstance(outcome, DeadLettered):
                    await self._dead_letter(worker, record, outcome.code, tries.made)
                    return
                await worker.rest(outcome.after)
            else:
                SETTLED.labels(self._group, record.topic, "handled").inc()
                return

    async def _handle(self, record: ConsumerRecord) -> None:
        route = self._routes[record.topic]
        event = _decode(route.type_, record.value)
        failpoints.hit(f"{self._group}.before_handle")
        with (
            structlog.contextvars.bound_contextvars(case_id=event.subject, event_id=event.id),
            tracing.span(f"{self._group} {record.topic}", event.traceparent),
            SECONDS.labels(self._group, record.topic).time(),
        ):
            async with asyncio.timeout(HANDLE_SECONDS):
                await route.handler(event)
        failpoints.hit(f"{self._group}.after_handle")

    async def _dead_letter(
        self, worker: PartitionWorker, record: ConsumerRecord, code: str, attempts: int
    ) -> None:
        headers = dead_letter_headers(record, code, attempts, datetime.now(UTC))
        failed = 0
        while True:
            try:
                await self._dlq_producer.forward(
                    dlq_topic(self._group), key=record.key, value=record.value, headers=headers
                )
            except (KafkaError, OSError, TimeoutError) as error:
                failed += 1
                log.error("kafka.burial_waits", group=self._group, error=name_of(error), **_at(record))
                await worker.rest(backoff(failed))
            else:
                SETTLED.labels(self._group, record.topic, "dead_lettered").inc()
                return

    def _tell(self, record: ConsumerRecord, tries: Tries, error: Exception, outcome: object) -> None:
        RETRIES.labels(self._group, record.topic).inc(0 if isinstance(outcome, DeadLettered) else 1)
        log.warning(
            "kafka.message_failed",
            group=self._group,
            attempt=tries.made,
            error=name_of(error),
            raised_at=place_of(error),
            outcome=repr(outcome),
            **_at(record),
        )


def _decode(type_: type[CloudEvent[Any]], value: bytes | None) -> CloudEvent[Any]:
    try:
        return type_.model_validate_json(value or b"")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'value'}: {p['type']}" for p in problems[:5])
        raise UndecodableError(said) from None


def _at(record: ConsumerRecord) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
