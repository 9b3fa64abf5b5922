"""Consuming from Kafka: the effect first, then the commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from kit import failpoints, tracing
from kit.errors import TransientError, name_of, place_of
from kit.kafka.dead_letter_headers import dead_letter_headers
from kit.kafka.halts import halt_note
from kit.kafka.membership import Membership
from kit.kafka.metrics import HALTED, HANDLE_SECONDS, RETRIES, SETTLED
from kit.kafka.partition_worker import PartitionWorker
from kit.kafka.producer import Producer
from kit.kafka.retry_policy import (
    UNEXPECTED,
    DeadLettered,
    Halted,
    Outcome,
    Retry,
    Tries,
    UndecodableError,
    backoff,
    classify,
)
from kit.waiting import wait_for
from schemas.envelope import CloudEvent
from schemas.topics import dlq_topic

Data = TypeVar("Data")

HANDLE_WITHIN = 60.0
"""Real seconds for one try of a handler."""
WATCH_SECONDS = 1.0

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

    After `failure_limit` messages in a row that failed unexpectedly the consumer halts: it keeps its place
    and its share of the partitions, and takes no message until its process is started again. So a fault of
    ours does not empty a topic into the dead letters. `kit.kafka.halts` reads this from outside.
    """

    def __init__(self, bootstrap: str, group: str, *, max_workers: int = 16, failure_limit: int) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._workers = asyncio.Semaphore(max_workers)
        self._failure_limit = failure_limit
        self._failures_in_a_row = 0
        self._halted_at: datetime | None = None
        self._routes: dict[str, _Route] = {}
        self._dlq_producer = Producer(bootstrap, f"{group}.dlq")
        self._membership: Membership | None = None
        HALTED.labels(group).set(0)

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

    def not_halted(self) -> bool:
        """Whether the consumer takes messages: False from the failure that halted it, to its end."""
        return self._halted_at is None

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set, through any outage; then settle the message at hand and leave."""
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
        """Handle `record`, as often as it takes; or dead-letter it; or keep it, once halted."""
        tries = Tries()
        while True:
            if self._halted_at is not None:
                await worker.halt(halt_note(self._halted_at))
            try:
                async with self._workers:
                    await self._handle(record)
            except Exception as error:  # noqa: BLE001 - `classify` tells each apart, none is swallowed
                tries = tries.after(error)
                outcome = self._classify(record, tries, error)
                if isinstance(outcome, DeadLettered):
                    await self._dead_letter(worker, record, outcome.code, tries.made)
                    return
                if isinstance(outcome, Retry):
                    await worker.rest(outcome.after)
            else:
                self._failures_in_a_row = 0
                SETTLED.labels(self._group, record.topic, "handled").inc()
                return

    def _classify(self, record: ConsumerRecord, tries: Tries, error: Exception) -> Outcome:
        """The outcome of a failed try. Nothing waits here: partitions that fail together count one by one."""
        outcome = classify(error, tries, in_a_row=self._failures_in_a_row, limit=self._failure_limit)
        self._log_failure(record, tries, error, outcome)
        if outcome == DeadLettered(UNEXPECTED):
            self._failures_in_a_row += 1
        elif isinstance(outcome, Retry):
            RETRIES.labels(self._group, record.topic).inc()
        elif isinstance(outcome, Halted) and self._halted_at is None:
            self._halt(record)
        return outcome

    def _halt(self, record: ConsumerRecord) -> None:
        self._halted_at = datetime.now(UTC)
        HALTED.labels(self._group).set(1)
        log.critical(
            "kafka.consumer_halted", group=self._group, failures_in_a_row=self._failure_limit, **_at(record)
        )

    async def _handle(self, record: ConsumerRecord) -> None:
        route = self._routes[record.topic]
        event = _decode(route.type_, record.value)
        failpoints.hit(f"{self._group}.before_handle")
        with (
            structlog.contextvars.bound_contextvars(case_id=event.subject, event_id=event.id),
            tracing.span(f"{self._group} {record.topic}", event.traceparent),
            HANDLE_SECONDS.labels(self._group, record.topic).time(),
        ):
            async with asyncio.timeout(HANDLE_WITHIN):
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
                log.error("kafka.dead_letter_waits", group=self._group, error=name_of(error), **_at(record))
                await worker.rest(backoff(failed))
            else:
                SETTLED.labels(self._group, record.topic, "dead_lettered").inc()
                return

    def _log_failure(self, record: ConsumerRecord, tries: Tries, error: Exception, outcome: Outcome) -> None:
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
        fields = (f"{'.'.join(map(str, p['loc'])) or 'value'}: {p['type']}" for p in problems[:5])
        raise UndecodableError("; ".join(fields)) from None


def _at(record: ConsumerRecord) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
