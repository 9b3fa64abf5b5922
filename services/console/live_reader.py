"""Reads case events as they are published, for the live updates. It joins no group and commits nothing."""

import asyncio
import json
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from kit.kafka.connection import client_options
from schemas.topics import CASE_EVENTS
from services.console.live_events import LiveEvents

_POLL_MS = 200
_CHECK_SECONDS = 2.0
_AGAIN_SECONDS = 2.0

_log = structlog.get_logger()


class LiveReader:
    """Reads the topic of case events from its end on: each process of the console sees all of them."""

    def __init__(self, bootstrap: str, events: LiveEvents) -> None:
        self._bootstrap = bootstrap
        self._events = events

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop`. While Kafka is away, viewers are told that their pages are not live."""
        while not stop.is_set():
            try:
                await self._follow(stop)
            except (KafkaError, OSError, TimeoutError) as error:
                _log.warning("live.kafka_away", error=type(error).__name__)
            await self._events.follow(following=False)
            await _wait(stop, _AGAIN_SECONDS)

    async def _follow(self, stop: asyncio.Event) -> None:
        consumer: Any = AIOKafkaConsumer(
            CASE_EVENTS,
            **client_options(self._bootstrap),
            enable_auto_commit=False,
            auto_offset_reset="latest",
            isolation_level="read_committed",
        )
        await consumer.start()
        try:
            await consumer.seek_to_end()
            await self._events.follow(following=True)
            await self._read(consumer, stop)
        finally:
            await consumer.stop()

    async def _read(self, consumer: Any, stop: asyncio.Event) -> None:
        """Read until `stop`. A broker that died is silent: it is asked now and then whether it is there."""
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while not stop.is_set():
            found = await consumer.getmany(timeout_ms=_POLL_MS)
            records = [json.loads(record.value)["data"] for batch in found.values() for record in batch]
            if records:
                await self._events.add(records)
            if not records and loop.time() - checked_at > _CHECK_SECONDS:
                await asyncio.wait_for(consumer.end_offsets(list(consumer.assignment())), _CHECK_SECONDS)
                checked_at = loop.time()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
