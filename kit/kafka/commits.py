"""Committing offsets of settled messages, many partitions in one request, beside the handlers."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from kit import failpoints
from kit.errors import TransientError

RETRY_SECONDS = 0.2
GATHER_SECONDS = 0.5
"""Between two commits, so that under load each covers many messages. After a death they come again."""

log = structlog.get_logger()


class Commits:
    """Commits settled messages a few times a second, all in one request.

    It names each offset, and never takes the consumer's position, which is ahead.
    """

    def __init__(self, group: str, consumer: AIOKafkaConsumer) -> None:
        self._group = group
        self._consumer = consumer
        self._settled: dict[TopicPartition, OffsetAndMetadata] = {}
        self._some = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def settled(self, partition: TopicPartition, next_offset: int, note: str) -> None:
        """Commit soon that all messages of `partition` before `next_offset` have had their effect.

        `note` is committed with the offset, in place of the note of the commit before.
        """
        self._settled[partition] = OffsetAndMetadata(next_offset, note)
        self._some.set()

    async def run(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER_SECONDS if await self._commit() else RETRY_SECONDS)

    async def flush(self, seconds: float) -> None:
        """Commit what is settled now; give up after `seconds`: the messages then come again."""
        try:
            async with asyncio.timeout(seconds):
                while self._settled and not await self._commit():  # noqa: ASYNC110 - a pause between tries
                    await asyncio.sleep(RETRY_SECONDS)
        except TimeoutError:
            log.warning("kafka.commit_given_up", group=self._group)

    def forget(self) -> None:
        """Drop what is not committed: the partitions are not ours any more."""
        self._settled.clear()

    async def _commit(self) -> bool:
        async with self._one_at_a_time:
            self._some.clear()
            assigned = self._consumer.assignment()
            batch, self._settled = {p: o for p, o in self._settled.items() if p in assigned}, {}
            try:
                if batch:
                    await self._consumer.commit(batch)
                    failpoints.hit(f"{self._group}.after_commit")
            except (KafkaError, TransientError) as error:
                return self._keep(batch, error)
            except BaseException:
                self._keep_all(batch)
                raise
            return True

    def _keep(self, batch: dict[TopicPartition, OffsetAndMetadata], error: Exception) -> bool:
        """Whether to drop the batch: after a lost membership others handle these messages again."""
        log.warning("kafka.commit_failed", group=self._group, error=type(error).__name__)
        if isinstance(error, KafkaError) and not error.retriable:
            return True
        self._keep_all(batch)
        return False

    def _keep_all(self, batch: dict[TopicPartition, OffsetAndMetadata]) -> None:
        self._settled = batch | self._settled
        if self._settled:
            self._some.set()
