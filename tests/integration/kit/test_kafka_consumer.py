"""The consumer against a real broker: every trap that loses, doubles, stalls or hides a message."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from kit.errors import PermanentError, TransientError
from kit.kafka.consumer import Consumer
from kit.kafka.dead_letter_headers import failure_headers
from kit.kafka.dead_letters import DeadLetters
from kit.kafka.halts import halts
from kit.kafka.message_headers import Headers
from kit.kafka.metrics import HALTED, OLDEST_AGE
from kit.kafka.retry_policy import UNEXPECTED_TRIES
from kit.outbox.table import OutboxMessage
from schemas.topics import dlq_topic
from tests.integration.kit.kafka_harness import Event, Harness, event, harness, until

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture
async def mine(kafka_bootstrap: str) -> AsyncIterator[Harness]:
    async with harness(kafka_bootstrap) as made:
        yield made


async def test_commits_only_after_the_effect(mine: Harness) -> None:
    entered, allowed = asyncio.Event(), asyncio.Event()

    async def handle(_: Event) -> None:
        entered.set()
        await allowed.wait()

    await mine.send([1])
    async with mine.consuming(handle):
        await entered.wait()
        assert await mine.committed() == 0
        allowed.set()
        await until(lambda: _is(mine, 1))


async def test_measures_the_age_of_the_oldest_until_it_is_settled(mine: Harness) -> None:
    allowed = asyncio.Event()
    age = OLDEST_AGE.labels(mine.group, mine.topic)._value.get

    async def handle(_: Event) -> None:
        await allowed.wait()

    await mine.send([1, 2])
    async with mine.consuming(handle):
        await until(lambda: age() > 1.5)  # it grows as long as nothing is settled
        allowed.set()
        await until(lambda: _is(mine, 2))
        await until(lambda: age() == 0)


async def test_reads_what_was_there_before_the_group(mine: Harness) -> None:
    seen: list[int] = []
    await mine.send(range(50))
    async with mine.consuming(lambda e: _note(seen, e)) as consumer:
        await until(lambda: len(seen) == 50)
        assert consumer.ready()
        await until(lambda: _is(mine, 50))
    assert seen == list(range(50))


async def test_a_partition_in_trouble_waits_without_a_hot_loop_and_others_go_on(mine: Harness) -> None:
    seen: dict[str, list[int]] = defaultdict(list)
    tries = 0
    broken = True

    async def handle(e: Event) -> None:
        nonlocal tries
        if e.subject == "ill" and broken:
            tries += 1
            raise TransientError("database_away", "away")
        seen[e.subject].append(e.data.number)

    others = [f"key-{n}" for n in range(60)]
    await mine.send(range(3), "ill")
    async with mine.consuming(handle):
        await until(lambda: tries > 0)
        await mine.producer.send([OutboxMessage(mine.topic, key, event(1, key)) for key in others])
        # Two of three partitions, at the least, are not the ill one's.
        await until(lambda: len(seen) >= 25)
        await until(lambda: tries >= 3)
        assert "ill" not in seen
        assert tries < 20
        broken = False
        await until(lambda: len(seen) == 61 and len(seen["ill"]) == 3)
        await until(lambda: _is(mine, 63))
    assert seen["ill"] == [0, 1, 2]


async def test_a_handler_that_hangs_stalls_only_its_partition(mine: Harness) -> None:
    seen: set[str] = set()
    allowed = asyncio.Event()

    async def handle(e: Event) -> None:
        if e.subject == "slow":
            await allowed.wait()
        seen.add(e.subject)

    await mine.send([1], "slow")
    await mine.producer.send([OutboxMessage(mine.topic, f"k{n}", event(1, f"k{n}")) for n in range(60)])
    async with mine.consuming(handle):
        await until(lambda: len(seen) >= 25)
        assert "slow" not in seen
        allowed.set()
        await until(lambda: _is(mine, 61))


async def test_poison_is_dead_lettered_then_passed_and_goes_back_once(mine: Harness) -> None:
    seen: list[int] = []
    poison = b'{"name": "Aliyev"'
    await mine.send([1])
    await mine.producer.send([OutboxMessage(mine.topic, "a", poison, (("own", b"\xff"), ("reply_to", b"x")))])
    await mine.producer.forward(mine.topic, key=b"a", value=None, headers=())
    await mine.send([2])
    dead_letters = DeadLetters(mine.bootstrap)
    async with mine.consuming(lambda e: _note(seen, e)):
        await until(lambda: len(seen) == 2)
        await until(lambda: _is(mine, 4))
        found = {dead.value: dead for dead in await asyncio.to_thread(dead_letters.list, mine.group)}
        dead = found[poison]
        assert found.keys() == {poison, None}
        assert (dead.source_topic, dead.error_code, dead.attempts) == (mine.topic, "undecodable", 1)
        assert (dead.key, dead.source_offset) == (b"a", 1)
        assert "Aliyev" not in repr(dead)

        assert await asyncio.to_thread(dead_letters.redrive, mine.group, [dead.id]) == 1
        with pytest.raises(PermanentError, match="dead_letter_unknown"):
            await asyncio.to_thread(dead_letters.redrive, mine.group, [dead.id])
        # It is as bad as it was: it comes back as a new dead letter, and the first stays done.
        await until(lambda: _listed(dead_letters, mine.group, 2))
        again = {found.value: found for found in await asyncio.to_thread(dead_letters.list, mine.group)}[
            poison
        ]
        assert again.id != dead.id
        assert again.source_offset > dead.source_offset
        assert dict(again.headers)["own"] == b"\xff"
        assert await asyncio.to_thread(dead_letters.redrive, mine.group) == 2
    assert seen == [1, 2]


async def test_what_was_repaired_is_handled_after_its_redrive(mine: Harness) -> None:
    seen: list[int] = []
    known = False

    async def handle(e: Event) -> None:
        if not known:
            raise PermanentError("service_unknown", "no such service")
        seen.append(e.data.number)

    dead_letters = DeadLetters(mine.bootstrap)
    await mine.send([7])
    async with mine.consuming(handle):
        await until(lambda: _listed(dead_letters, mine.group, 1))
        known = True
        assert await asyncio.to_thread(dead_letters.redrive, mine.group) == 1
        await until(lambda: seen == [7])
        assert await asyncio.to_thread(dead_letters.list, mine.group) == ()
        assert await asyncio.to_thread(dead_letters.redrive, mine.group) == 0
    assert seen == [7]


async def test_a_message_that_was_dead_lettered_twice_is_one_dead_letter(mine: Harness) -> None:
    """A consumer died between dead letter and commit: the next one has dead-lettered the message again."""
    dead_letters = DeadLetters(mine.bootstrap)
    await mine.producer.forward(mine.topic, key=b"a", value=b"poison", headers=())
    async with mine.consuming(lambda e: _note([], e)):
        await until(lambda: _listed(dead_letters, mine.group, 1))
    (dead,) = await asyncio.to_thread(dead_letters.list, mine.group)
    await mine.producer.forward(dlq_topic(mine.group), key=dead.key, value=dead.value, headers=dead.headers)
    assert await asyncio.to_thread(dead_letters.list, mine.group) == (dead,)
    assert await asyncio.to_thread(dead_letters.redrive, mine.group) == 1
    assert await asyncio.to_thread(dead_letters.list, mine.group) == ()


async def test_an_unexpected_error_is_tried_a_few_times_then_dead_lettered(mine: Harness) -> None:
    tries: Counter[int] = Counter()

    async def handle(e: Event) -> None:
        tries[e.data.number] += 1
        if e.data.number == 1:
            raise RuntimeError("Aliyev")

    await mine.send([1, 2])
    async with mine.consuming(handle):
        await until(lambda: _is(mine, 2))
        (dead,) = await asyncio.to_thread(DeadLetters(mine.bootstrap).list, mine.group)
    assert tries == {1: UNEXPECTED_TRIES, 2: 1}
    assert (dead.error_code, dead.attempts) == ("unexpected", UNEXPECTED_TRIES)


async def test_after_too_many_unexpected_failures_in_a_row_it_halts_and_keeps_its_place(
    mine: Harness,
) -> None:
    seen: list[int] = []
    faulty = True

    async def handle(e: Event) -> None:
        if faulty and e.data.number < 100:
            raise RuntimeError("a fault of ours")
        seen.append(e.data.number)

    async def halted() -> bool:
        return len(await asyncio.to_thread(halts, mine.bootstrap, [mine.group])) == 1

    metric = HALTED.labels(mine.group)._value.get
    await mine.send([100, 0, 101, 1, 2, 3, 4])  # 101 is handled: 0 is not in a row with 1, 2 and 3
    async with mine.consuming(handle, failure_limit=3) as consumer:
        await until(halted)
        assert (consumer.ready(), consumer.not_halted(), metric()) == (True, False, 1)
        (halt,) = await asyncio.to_thread(halts, mine.bootstrap, [mine.group])
        dead_letters = await asyncio.to_thread(DeadLetters(mine.bootstrap).list, mine.group)
        assert [dead.source_offset for dead in dead_letters] == [1, 3, 4]
        assert (halt.consumer, halt.topic, halt.offset) == (mine.group, mine.topic, 5)
        assert await mine.committed() == 5
        await mine.send([102], "another key, perhaps of another partition")
    assert seen == [100, 101]
    assert await mine.committed() == 5  # it left the group, and moved nothing

    faulty = False
    async with mine.consuming(handle, failure_limit=3) as consumer:
        await until(lambda: _is(mine, 8))
        assert (consumer.not_halted(), metric()) == (True, 0)
    assert sorted(seen) == [3, 4, 100, 101, 102]
    assert await asyncio.to_thread(halts, mine.bootstrap, [mine.group, "nobody"]) == ()
    assert await asyncio.to_thread(DeadLetters(mine.bootstrap).redrive, mine.group) == 3


async def test_a_halted_consumer_takes_nothing_on_its_other_partitions(mine: Harness) -> None:
    seen: list[str] = []

    async def handle(e: Event) -> None:
        if e.subject == "ill":
            raise RuntimeError("a fault of ours")
        seen.append(e.subject)

    keys = [f"key-{n}" for n in range(60)]
    await mine.send([1], "ill")
    async with mine.consuming(handle, failure_limit=1) as consumer:
        await until(lambda: not consumer.not_halted())
        await mine.producer.send([OutboxMessage(mine.topic, key, event(1, key)) for key in keys])

        async def all_stand() -> bool:
            found = await asyncio.to_thread(halts, mine.bootstrap, [mine.group])
            return {halt.partition for halt in found} == {0, 1, 2}

        await until(all_stand)
    assert seen == []
    assert await mine.committed() == 0
    assert await asyncio.to_thread(DeadLetters(mine.bootstrap).list, mine.group) == ()


async def test_expected_refusals_halt_nothing(mine: Harness) -> None:
    seen: list[int] = []

    async def handle(e: Event) -> None:
        if e.data.number < 10:
            raise PermanentError("case_unknown", "no such case")
        seen.append(e.data.number)

    await mine.send(range(11))
    async with mine.consuming(handle, failure_limit=2) as consumer:
        await until(lambda: _is(mine, 11))
        assert consumer.not_halted()
    assert seen == [10]
    assert len(await asyncio.to_thread(DeadLetters(mine.bootstrap).list, mine.group)) == 10


async def test_a_rebalance_waits_for_the_handler_and_doubles_nothing(mine: Harness) -> None:
    done: list[tuple[str, int]] = []
    entered, allowed = asyncio.Event(), asyncio.Event()

    async def slow(e: Event) -> None:
        entered.set()
        await allowed.wait()
        done.append((e.subject, e.data.number))

    async def quick(e: Event) -> None:
        done.append((e.subject, e.data.number))

    keys = [f"key-{n}" for n in range(12)]
    for key in keys:
        await mine.send(range(10), key)
    async with mine.consuming(slow) as first:
        await until(first.ready)
        await entered.wait()
        async with mine.consuming(quick) as second:
            await until(lambda: not first.ready())  # its share is revoked, its handler still at work
            assert not done
            allowed.set()
            await until(second.ready)
            await until(lambda: _is(mine, 120))
    assert Counter(done) == Counter((key, number) for key in keys for number in range(10))
    for key in keys:
        assert [number for subject, number in done if subject == key] == list(range(10))


async def test_stopping_settles_what_is_at_hand(mine: Harness) -> None:
    entered = asyncio.Event()
    done: list[int] = []

    async def handle(e: Event) -> None:
        entered.set()
        await asyncio.wait_for(asyncio.shield(asyncio.sleep(0.3)), 5)
        done.append(e.data.number)

    await mine.send(range(20))
    async with mine.consuming(handle):
        await entered.wait()
    assert done
    assert await mine.committed() == len(done)


def test_a_topic_has_one_handler_in_a_group(kafka_bootstrap: str) -> None:
    consumer = Consumer(kafka_bootstrap, "group", failure_limit=20)
    consumer.on("vahid.x.v1", Event, lambda e: _note([], e))
    with pytest.raises(ValueError, match="already"):
        consumer.on("vahid.x.v1", Event, lambda e: _note([], e))


async def _note(seen: list[int], e: Event) -> None:
    seen.append(e.data.number)


async def _is(mine: Harness, committed: int) -> bool:
    return await mine.committed() == committed


async def _listed(dead_letters: DeadLetters, group: str, number: int) -> bool:
    return len(await asyncio.to_thread(dead_letters.list, group)) == number


GOOD = failure_headers(("vahid.x.v1", 0, 7), "undecodable", 1, datetime(2026, 1, 1, tzinfo=UTC))
FOREIGN: tuple[tuple[str, Headers | None], ...] = (
    ("source-topic", ()),
    ("source-topic", (("source-topic", b""),)),
    ("source-topic", (("source-topic", b"\xff\xfe"),)),
    ("source-topic", (("source-topic", b"x" * 900_000),)),
    ("source-topic", (("source-topic", b"\x1b[2Jevil"),)),
    ("source-partition", (("source-partition", b"one"),)),
    ("source-partition", (("source-partition", b"-1"),)),
    ("source-offset", (("source-offset", b"9" * 5000),)),
    ("error-code", (("error-code", "Əliyev".encode()),)),
    ("attempts", (("attempts", b"1.5"),)),
    ("failed-at", (("failed-at", b"yesterday"),)),
    ("failed-at", (("failed-at", b"2026-01-01T00:00:00"),)),
    ("failed-at", (("failed-at", None),)),  # type: ignore[arg-type]  # the wire allows it
)


async def test_a_record_that_no_consumer_wrote_is_named_and_the_others_are_shown_and_redriven(
    mine: Harness,
) -> None:
    """Each of these once ended `vahid dlq ls`, `dlq redrive` and the doctor for the whole topic."""
    seen: list[int] = []
    dlq, dead_letters = dlq_topic(mine.group), DeadLetters(mine.bootstrap)
    for name, (key, headers) in enumerate(FOREIGN):
        own = headers and (*(each for each in GOOD if each[0] != key), *headers)
        await mine.producer.forward(dlq, key=str(name).encode(), value=b"Aliyev", headers=own or ())
    await mine.producer.forward(dlq, key=b"mark", value=None, headers=(("redriven", b"\xff"),))
    source = (mine.topic, 0, 3)
    own = (*failure_headers(source, "undecodable", 1, datetime.now(UTC)), ("own", None))
    await mine.producer.forward(dlq, key=b"a", value=event(5, "a"), headers=own)
    found = await asyncio.to_thread(dead_letters.read, mine.group)
    assert [dead.place for dead in found.waiting] == [source]
    assert len(found.foreign) == len(FOREIGN)
    for key in {key for key, _ in FOREIGN}:
        assert any(f"header {key}" in each.reason for each in found.foreign)
    assert "Aliyev" not in repr(found) and "evil" not in repr(found)
    with pytest.raises(PermanentError, match="dead_letter_foreign"):
        await asyncio.to_thread(dead_letters.redrive, mine.group, [found.foreign[0].id])
    async with mine.consuming(lambda e: _note(seen, e)):
        assert await asyncio.to_thread(dead_letters.redrive, mine.group) == 1
        await until(lambda: seen == [5])
    left = await asyncio.to_thread(dead_letters.read, mine.group)
    assert (left.waiting, len(left.foreign)) == ((), len(FOREIGN))
