"""From the commit of a batch to its events at a consumer, compared with a raw produce of the same events."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.peers.appeals import Appeals
from benchmarks.quantiles import ratios, spread
from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.kafka.connection import client_options
from kit.kafka.producer import Producer
from kit.outbox.relay import Relay
from kit.outbox.table import OutboxMessage
from ledger.appending import ReadModel
from ledger.chain import canonical
from ledger.messages import message
from ledger.store import Ledger
from ledger.tables import outbox
from schemas.case_events import RecordedEvent
from schemas.topics import CASE_EVENTS, load_contracts
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

COMMITS_A_SECOND = 20.0
"""Of ours, and as many raw ones, at random instants: the load of four answered cases a second."""
LIMIT_SECONDS = 30.0


@dataclass
class _Sent:
    """By key, when each batch was sent and its last message seen, in seconds of one clock."""

    began: dict[str, float] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    all_seen: asyncio.Event = field(default_factory=asyncio.Event)

    def expect(self, key: str, messages: int) -> None:
        self.left[key] = messages
        self.all_seen.clear()

    def arrived(self, key: str, at: float) -> None:
        self.left[key] -= 1
        if self.left[key] == 0:
            del self.left[key]
            self.seen[key] = at
        if not self.left:
            self.all_seen.set()

    def milliseconds(self, keys: Sequence[str]) -> list[float]:
        return [(self.seen[key] - self.began[key]) * 1000 for key in keys]


@dataclass
class _Servers:
    """The connections of both ways of sending."""

    ledger: Ledger
    relay: Relay
    producer: Producer
    sent: _Sent
    appeals: Appeals


async def compare(
    bootstrap: str, database_url: str, count: int, rounds: int, on_progress: Callable[[str], None]
) -> dict[str, Any]:
    """Rounds of `count` batches of ours mixed with as many raw ones, each at a random instant."""
    await asyncio.to_thread(ensure_topics, bootstrap, load_contracts())
    measured: dict[str, list[list[float]]] = {"ours": [], "raw": []}
    async with _servers(bootstrap, database_url) as servers:
        await _round(servers, 50, random.Random(0))
        for number in range(rounds):
            on_progress(f"round {number + 1} of {rounds}: {count} batches each way")
            for way, values in (await _round(servers, count, random.Random(number))).items():
                measured[way].append(values)
    return summary(measured)


def summary(measured: dict[str, list[list[float]]]) -> dict[str, Any]:
    """Milliseconds of each way over all rounds, ours by raw, and the same ratios of each round."""
    ways = {way: spread([value for values in rounds for value in values]) for way, rounds in measured.items()}
    each = [ratios(spread(a), spread(b)) for a, b in zip(measured["ours"], measured["raw"], strict=True)]
    return {
        "batches_each_way": sum(map(len, measured["ours"])),
        "milliseconds": ways,
        "ours_to_raw": ratios(ways["ours"], ways["raw"]),
        "p50_each_round": [ratio["p50"] for ratio in each],
        "p99_each_round": [ratio["p99"] for ratio in each],
    }


async def _round(servers: _Servers, count: int, chance: random.Random) -> dict[str, list[float]]:
    keys: dict[str, list[str]] = {"ours": [], "raw": []}
    async with asyncio.timeout(LIMIT_SECONDS + count / COMMITS_A_SECOND * 4), asyncio.TaskGroup() as sending:
        for way in chance.sample(["ours", "raw"] * count, k=2 * count):
            await asyncio.sleep(chance.expovariate(2 * COMMITS_A_SECOND))
            key, events, model = _first_batch(servers.appeals)
            servers.sent.expect(key, len(events))
            keys[way].append(key)
            sending.create_task(
                _commit(servers, key, events, model) if way == "ours" else _raw(servers, key, events)
            )
    async with asyncio.timeout(LIMIT_SECONDS):
        await servers.sent.all_seen.wait()
    return {way: servers.sent.milliseconds(sent) for way, sent in keys.items()}


def _first_batch(appeals: Appeals) -> tuple[str, tuple[RecordedEvent, ...], ReadModel]:
    """The first batch of a new case, as the workflow decides it: id, events and read model."""
    case_id = str(uuid.uuid4())
    command, state = appeals.command(case_id), CaseState(case_id=case_id)
    proposed = decide_all(state, [command], command.received_at, appeals.rules)
    after = fold(state, proposed)
    return case_id, proposed, ReadModel(case_row(after, None), track_rows(after), step_rows(after))


async def _commit(servers: _Servers, key: str, events: tuple[RecordedEvent, ...], model: ReadModel) -> None:
    """Ours: the time starts when the commit has returned, as the activity then wakes the relay."""
    await servers.ledger.append_or_adopt(key, 0, events[0].prev_hash, events, model)
    servers.sent.began[key] = time.perf_counter()
    servers.relay.wake()


async def _raw(servers: _Servers, key: str, events: tuple[RecordedEvent, ...]) -> None:
    """Raw: the time starts when the ready messages are passed to the producer (acks=all)."""
    messages: list[OutboxMessage] = [message(event, canonical(event)) for event in events]
    servers.sent.began[key] = time.perf_counter()
    await servers.producer.send(messages)


@asynccontextmanager
async def _servers(bootstrap: str, database_url: str) -> AsyncIterator[_Servers]:
    database, sent, stop = Database(database_url), _Sent(), asyncio.Event()
    producers = Producer(bootstrap, "bench-raw"), Producer(bootstrap, "bench-ledger")
    relay = Relay("ledger", database, outbox, producers[1])
    consumer = AIOKafkaConsumer(**client_options(bootstrap), auto_offset_reset="latest")
    await consumer.start()
    await _seek_to_end(consumer)
    running = [asyncio.create_task(relay.run(stop)), asyncio.create_task(_watch(consumer, sent))]
    try:
        yield _Servers(Ledger(database), relay, producers[0], sent, Appeals())
    finally:
        stop.set()
        running[1].cancel()
        with suppress(asyncio.CancelledError):
            await running[1]
        await running[0]
        for client in (*producers, consumer):
            await client.stop()
        await database.close()


async def _seek_to_end(consumer: AIOKafkaConsumer) -> None:
    contract = next(contract for contract in load_contracts() if contract.topic == CASE_EVENTS)
    consumer.assign([TopicPartition(CASE_EVENTS, number) for number in range(contract.partitions)])
    await consumer.seek_to_end()


async def _watch(consumer: AIOKafkaConsumer, sent: _Sent) -> None:
    while True:
        found = await consumer.getmany(timeout_ms=1_000)
        now = time.perf_counter()
        for records in found.values():
            for record in records:
                sent.arrived(record.key.decode(), now)
