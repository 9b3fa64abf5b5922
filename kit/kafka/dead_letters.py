"""Dead letters: what a consumer group could not handle, listed and sent back to its source topic."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError, ProducerFencedError, UnknownTopicOrPartitionError

from kit.errors import PermanentError, TransientError
from kit.kafka.connection import client_options
from kit.kafka.dead_letter_headers import (
    ATTEMPTS,
    ERROR_CODE,
    FAILED_AT,
    REDRIVEN,
    SOURCE_OFFSET,
    SOURCE_PARTITION,
    SOURCE_TOPIC,
    own_headers,
)
from kit.kafka.message_headers import Headers
from kit.kafka.producer import MAX_REQUEST_BYTES
from kit.kafka.reading import read_until, reader_of
from schemas.topics import dlq_topic, load_contracts

BLOCK_MS = 30_000
BATCH = 200
_TOPIC = re.compile(rb"[A-Za-z0-9._-]{1,249}")
_CODE = re.compile(rb"[A-Za-z0-9._-]{1,200}")
_NUMBER = re.compile(rb"[0-9]{1,18}")
_INSTANT = re.compile(rb"[0-9T:.+Z-]{1,40}")


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter topic; `id` is `<partition>-<offset>` there. `value` is never shown."""

    id: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: Headers = field(repr=False)
    source_topic: str
    source_partition: int
    source_offset: int
    error_code: str
    attempts: int
    failed_at: datetime

    @property
    def place(self) -> tuple[str, int, int]:
        """The topic, partition and offset at which the message stands."""
        return self.source_topic, self.source_partition, self.source_offset

    @property
    def message(self) -> tuple[object, ...]:
        """The identity of the message, also of one that came from no topic."""
        return (*self.place, self.key, self.value)


@dataclass(frozen=True)
class ForeignRecord:
    """A record in a dead-letter topic that its consumer has not written: it does not say where it stood.

    `id` is `<partition>-<offset>`; `reason` names the header that is missing or wrong, never its value.
    """

    id: str
    topic: str
    reason: str


@dataclass(frozen=True)
class FoundDeadLetters:
    """What waits in a dead-letter topic, oldest first."""

    waiting: tuple[DeadLetter, ...]
    foreign: tuple[ForeignRecord, ...]


class DeadLetters:
    """The dead letters of consumer groups. Its methods block; no group is joined and no offset committed."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def list(self, consumer: str) -> tuple[DeadLetter, ...]:
        """The dead letters of the group `consumer` that were not redriven, oldest first."""
        return self.read(consumer).waiting

    def read(self, consumer: str) -> FoundDeadLetters:
        """The dead letters of the group `consumer` that were not redriven, and what is none.

        Raises:
            PermanentError: there is no such dead-letter topic.
            TransientError: Kafka does not answer.
        """
        with _kafka_errors_translated(consumer):
            return self._found(consumer)

    def redrive(self, consumer: str, ids: Sequence[str] | Literal["all"] = "all") -> int:
        """Send dead letters back to their topics; return how many. Foreign records stay.

        Each goes back in one Kafka transaction with the record that says so, and one redrive of a group
        runs at a time (a later one fences the earlier): none goes back twice, however this ends.

        Raises:
            PermanentError: an id is not among the dead letters that wait, or another redrive took over.
            TransientError: Kafka does not answer.
        """
        with _kafka_errors_translated(consumer), closing(self._producer(consumer)) as producer:
            producer.init_transactions()
            dead_letters = _chosen(consumer, self._found(consumer), ids)
            for start in range(0, len(dead_letters), BATCH):
                _send_back(producer, dlq_topic(consumer), dead_letters[start : start + BATCH])
            return len(dead_letters)

    def _found(self, consumer: str) -> FoundDeadLetters:
        """A consumer that loses its partition before the commit leaves two dead letters of one message."""
        records = list(self._records(dlq_topic(consumer)))
        redriven = {_header(record, REDRIVEN) for record in records if _is_mark(record)}
        sources = source_topics(consumer)
        read = [_read(record, sources) for record in records if not _is_mark(record)]
        dead_letters = [each for each in read if isinstance(each, DeadLetter)]
        done = {dead.message for dead in dead_letters if dead.id.encode() in redriven}
        first = {dead.message: dead for dead in reversed(dead_letters) if dead.message not in done}
        return FoundDeadLetters(
            tuple(dead for dead in dead_letters if first.get(dead.message) is dead),
            tuple(each for each in read if isinstance(each, ForeignRecord)),
        )

    def _records(self, topic: str) -> Iterator[Any]:
        with closing(reader_of(self._bootstrap)) as reader:
            numbers = reader.partitions_for_topic(topic)
            if not numbers:
                raise UnknownTopicOrPartitionError(topic)
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            reader.assign(partitions)
            reader.seek_to_beginning(*partitions)
            yield from read_until(reader, reader.end_offsets(partitions))

    def _producer(self, consumer: str) -> Any:
        return KafkaProducer(
            **client_options(self._bootstrap),
            transactional_id=f"vahid.redrive.{consumer}",
            acks="all",
            max_request_size=MAX_REQUEST_BYTES,
            max_block_ms=BLOCK_MS,
        )


def _send_back(producer: Any, dlq: str, dead_letters: Sequence[DeadLetter]) -> None:
    producer.begin_transaction()
    try:
        sent = [future for dead in dead_letters for future in _sendings(producer, dlq, dead)]
        for future in sent:
            future.get(timeout=BLOCK_MS / 1000)
    except BaseException:
        with suppress(KafkaError):
            producer.abort_transaction()
        raise
    producer.commit_transaction()


def _sendings(producer: Any, dlq: str, dead: DeadLetter) -> tuple[Any, Any]:
    headers = [(name, value or b"") for name, value in own_headers(dead.headers)]
    back = producer.send(dead.source_topic, value=dead.value, key=dead.key, headers=headers)
    mark = [(REDRIVEN, dead.id.encode())]
    return back, producer.send(dlq, value=None, key=dead.id.encode(), headers=mark)


def _chosen(
    consumer: str, found: FoundDeadLetters, ids: Sequence[str] | Literal["all"]
) -> tuple[DeadLetter, ...]:
    waiting = found.waiting
    if ids == "all":
        return waiting
    if foreign := [each for each in found.foreign if each.id in ids]:
        raise _foreign(foreign[0])
    unknown = set(ids) - {dead.id for dead in waiting}
    if unknown:
        raise PermanentError(
            "dead_letter_unknown",
            f"{consumer} has no dead letter {', '.join(sorted(unknown))}.",
            remedy="List them; one that was redriven is not listed again.",
        )
    return tuple(dead for dead in waiting if dead.id in ids)


def _is_mark(record: Any) -> bool:
    return record.value is None and _header(record, REDRIVEN) is not None


def source_topics(consumer: str) -> frozenset[str]:
    """The topics that messages of this consumer can come from; empty where no contract names it."""
    return frozenset(contract.topic for contract in load_contracts() if consumer in contract.consumers)


def _read(record: Any, sources: frozenset[str]) -> DeadLetter | ForeignRecord:
    """The dead letter; a foreign record where its headers are not those of one."""
    identity = f"{record.partition}-{record.offset}"
    try:
        return DeadLetter(
            id=identity,
            key=record.key,
            value=record.value,
            headers=tuple(record.headers),
            source_topic=_source(record, sources),
            source_partition=_number(record, SOURCE_PARTITION),
            source_offset=_number(record, SOURCE_OFFSET),
            error_code=_matching(record, ERROR_CODE, _CODE),
            attempts=_number(record, ATTEMPTS),
            failed_at=_instant(record, FAILED_AT),
        )
    except _ForeignHeaderError as error:
        return ForeignRecord(identity, record.topic, str(error))


class _ForeignHeaderError(Exception):
    """A header is missing, or is not what the consumer writes; its name, never its value."""


def _source(record: Any, sources: frozenset[str]) -> str:
    topic = _matching(record, SOURCE_TOPIC, _TOPIC)
    if sources and topic not in sources:
        raise _ForeignHeaderError(f"header {SOURCE_TOPIC} names no topic of its consumer")
    return topic


def _number(record: Any, name: str) -> int:
    return int(_matching(record, name, _NUMBER))


def _instant(record: Any, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_matching(record, name, _INSTANT))
    except ValueError:
        raise _ForeignHeaderError(f"header {name} is wrong") from None
    if found.tzinfo is None:
        raise _ForeignHeaderError(f"header {name} has no offset")
    return found


def _matching(record: Any, name: str, shape: re.Pattern[bytes]) -> str:
    value = _header(record, name)
    if value is None:
        raise _ForeignHeaderError(f"no header {name}")
    if shape.fullmatch(value) is None:
        raise _ForeignHeaderError(f"header {name} is wrong")
    return value.decode("ascii")


def _header(record: Any, name: str) -> bytes | None:
    # The last of a name counts: ours stand behind the message's own.
    return next((value for key, value in reversed(record.headers) if key == name), None)


def _foreign(record: ForeignRecord) -> PermanentError:
    return PermanentError(
        "dead_letter_foreign",
        f"{record.topic} {record.id} is no dead letter: {record.reason}.",
        remedy="Let nobody but its consumer write to a dead-letter topic.",
    )


@contextmanager
def _kafka_errors_translated(consumer: str) -> Iterator[None]:
    """Raise Kafka's errors as errors of ours."""
    try:
        yield
    except UnknownTopicOrPartitionError as error:
        raise PermanentError(
            "dead_letters_unknown",
            f"There is no topic {dlq_topic(consumer)}.",
            remedy="Name a consumer group, such as `router` or `notifier`.",
        ) from error
    except ProducerFencedError as error:
        raise PermanentError(
            "redrive_fenced", f"Another redrive of {consumer} took over.", remedy="List what still waits."
        ) from error
    except KafkaError as error:
        raise TransientError(
            "kafka_away", f"Kafka refused, or does not answer ({type(error).__name__})."
        ) from error
