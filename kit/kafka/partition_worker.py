"""One partition's messages, one after another, beside those of other partitions."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

HIGH_RECORDS = 500
HIGH_BYTES = 8 * 1024 * 1024
LOW_RECORDS = 100

Settle = Callable[["PartitionWorker", ConsumerRecord], Awaitable[None]]
Settled = Callable[[TopicPartition, int, str], None]
"""Takes a partition, the offset before which all is settled, and a note to commit with it."""


class PartitionWorker:
    """Settles the messages of one assigned partition in their order.

    A worker that waits (a server is away, a backlog is long) pauses its partition alone, and resumes it if it
    is still assigned. It never delays another worker. A worker lives as long as its assignment; messages that
    it has not settled by then come again, to the next owner of the partition.
    """

    def __init__(
        self, partition: TopicPartition, consumer: AIOKafkaConsumer, settle: Settle, settled: Settled
    ) -> None:
        self.partition = partition
        self._consumer = consumer
        self._settle = settle
        self._settled = settled
        self._backlog: deque[ConsumerRecord] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._closing = False
        self._resting = True
        self._held = False
        self._at_hand: ConsumerRecord | None = None
        self._task = asyncio.create_task(self._run(), name=f"worker {partition.topic}/{partition.partition}")

    @property
    def oldest(self) -> float | None:
        """When the oldest message that is not settled was published (seconds since 1970); None for none."""
        record = self._at_hand or (self._backlog[0] if self._backlog else None)
        return None if record is None else record.timestamp / 1000

    def put(self, record: ConsumerRecord) -> None:
        """Queue a message; a closing worker drops it, as it will come again."""
        if self._closing:
            return
        self._backlog.append(record)
        self._bytes += len(record.value or b"")
        self._arrived.set()
        if len(self._backlog) >= HIGH_RECORDS or self._bytes >= HIGH_BYTES:
            self._hold()

    async def rest(self, seconds: float) -> None:
        """Wait before the message at hand is tried again; the partition stands still meanwhile."""
        await self._stand_still(asyncio.sleep(seconds))

    async def halt(self, note: str) -> None:
        """Keep the message at hand until the worker is closed, and commit its offset with `note`."""
        assert self._at_hand is not None
        self._settled(self.partition, self._at_hand.offset, note)
        await self._stand_still(asyncio.Event().wait())

    async def _stand_still(self, waiting: Awaitable[object]) -> None:
        self._hold()
        self._resting = True
        if self._closing:
            self._task.cancel()
        try:
            await waiting
        finally:
            self._resting = False

    async def close(self, seconds: float) -> None:
        """Take nothing more, and let the handling at hand end, for `seconds` at most."""
        self._closing = True
        self._backlog.clear()
        if self._resting:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=seconds)
        self._task.cancel()
        await asyncio.wait([self._task])

    def check(self) -> None:
        """Raise the error that ended the worker, if one did: a fault of ours, never of a message."""
        if self._task.done() and not self._closing:
            self._task.result()

    async def _run(self) -> None:
        self._resting = False
        while not self._closing:
            if not self._backlog:
                await self._wait_for_more()
                continue
            record = self._at_hand = self._backlog.popleft()
            self._bytes -= len(record.value or b"")
            await self._settle(self, record)
            self._at_hand = None
            self._settled(self.partition, record.offset + 1, "")
            if self._held and len(self._backlog) <= LOW_RECORDS:
                self._release()

    async def _wait_for_more(self) -> None:
        self._arrived.clear()
        self._resting = True
        try:
            await self._arrived.wait()
        finally:
            self._resting = False

    def _hold(self) -> None:
        if self.partition in self._consumer.assignment():
            self._consumer.pause(self.partition)
            self._held = True

    def _release(self) -> None:
        self._held = False
        if not self._closing and self.partition in self._consumer.assignment():
            self._consumer.resume(self.partition)
