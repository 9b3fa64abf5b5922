"""Dead letters: what a consumer group could not handle, listed and sent back to where it came from."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, ProducerFencedError, UnknownTopicOrPartitionError

from kit.errors import PermanentError, TransientError
from kit.kafka import dead_letter_headers
from kit.kafka.producer import MAX_REQUEST_BYTES
from schemas.topics import dlq_topic

POLL_MS = 1000
BLOCK_MS = 30_000
SILENT_POLLS = 15
BATCH = 200


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter topic; `id` is `<partition>-<offset>` there. `value` is never shown."""

    id: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: dead_letter_headers.Headers = field(repr=False)
    source_topic: str
    source_partition: int
    source_offset: int
    error_code: str
    attempts: int
    failed_at: datetime

    @property
    def place(self) -> tuple[str, int, int]:
        """Where the message itself stands: its topic, partition and offset."""
        return self.source_topic, self.source_partition, self.source_offset

    @property
    def message(self) -> tuple[object, ...]:
        """What tells the message from all others, also from one that was read from no topic."""
        return (*self.place, self.key, self.value)


class DeadLetters:
    """The dead letters of consumer groups. Its methods block; no group is joined and no offset committed."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def list(self, consumer: str) -> tuple[DeadLetter, ...]:
        """The dead letters of the group `consumer` that were not redriven, oldest first.

        Raises:
            PermanentError: there is no such dead-letter topic.
            TransientError: Kafka does not answer.
        """
        with _told(consumer):
            return self._waiting(consumer)

    def redrive(self, consumer: str, ids: Sequence[str] | Literal["all"] = "all") -> int:
        """Send dead letters back to their topics; return how many.

        Each goes back in one Kafka transaction with the record that says so, and one redrive of a group
        runs at a time (a later one fences the earlier): none goes back twice, however this ends.

        Raises:
            PermanentError: an id is not among the dead letters that wait, or another redrive took over.
            TransientError: Kafka does not answer.
        """
        with _told(consumer), closing(self._producer(consumer)) as producer:
            producer.init_transactions()
            letters = _chosen(consumer, self._waiting(consumer), ids)
            for start in range(0, len(letters), BATCH):
                _send_back(producer, dlq_topic(consumer), letters[start : start + BATCH])
            return len(letters)

    def _waiting(self, consumer: str) -> tuple[DeadLetter, ...]:
        """A consumer that loses its partition before the commit leaves two dead letters of one message."""
        records = list(self._records(dlq_topic(consumer)))
        redriven = {_text(record, dead_letter_headers.REDRIVEN) for record in records if _is_mark(record)}
        letters = [_letter(record) for record in records if not _is_mark(record)]
        done = {letter.message for letter in letters if letter.id in redriven}
        first = {letter.message: letter for letter in reversed(letters) if letter.message not in done}
        return tuple(letter for letter in letters if first.get(letter.message) is letter)

    def _records(self, topic: str) -> Iterator[Any]:
        reader = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        with closing(reader):
            numbers = reader.partitions_for_topic(topic)
            if not numbers:
                raise UnknownTopicOrPartitionError(topic)
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            reader.assign(partitions)
            reader.seek_to_beginning(*partitions)
            yield from _until(reader, reader.end_offsets(partitions))

    def _producer(self, consumer: str) -> Any:
        return KafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"vahid.redrive.{consumer}",
            acks="all",
            max_request_size=MAX_REQUEST_BYTES,
            max_block_ms=BLOCK_MS,
        )


def _until(reader: Any, ends: dict[TopicPartition, int]) -> Iterator[Any]:
    """All records before `ends`. The position tells when it is there: transactions leave gaps in offsets."""
    silent = 0
    while behind := [partition for partition, end in ends.items() if reader.position(partition) < end]:
        found = reader.poll(timeout_ms=POLL_MS)
        silent = 0 if found else silent + 1
        if silent > SILENT_POLLS:
            raise TransientError("topic_unread", f"{behind[0].topic} could not be read to its end.")
        for partition, records in found.items():
            yield from (record for record in records if record.offset < ends[partition])


def _send_back(producer: Any, dlq: str, letters: Sequence[DeadLetter]) -> None:
    producer.begin_transaction()
    try:
        sent = [future for letter in letters for future in _sendings(producer, dlq, letter)]
        for future in sent:
            future.get(timeout=BLOCK_MS / 1000)
    except BaseException:
        with suppress(KafkaError):
            producer.abort_transaction()
        raise
    producer.commit_transaction()


def _sendings(producer: Any, dlq: str, letter: DeadLetter) -> tuple[Any, Any]:
    back = producer.send(
        letter.source_topic, value=letter.value, key=letter.key, headers=_own_headers(letter.headers)
    )
    mark = [(dead_letter_headers.REDRIVEN, letter.id.encode())]
    return back, producer.send(dlq, value=None, key=letter.id.encode(), headers=mark)


def _own_headers(headers: dead_letter_headers.Headers) -> list[tuple[str, bytes]]:
    return [(name, value) for name, value in headers if name not in dead_letter_headers.DEAD_LETTER_HEADERS]


def _chosen(
    consumer: str, waiting: tuple[DeadLetter, ...], ids: Sequence[str] | Literal["all"]
) -> tuple[DeadLetter, ...]:
    if ids == "all":
        return waiting
    unknown = set(ids) - {letter.id for letter in waiting}
    if unknown:
        raise PermanentError(
            "dead_letter_unknown",
            f"{consumer} has no dead letter {', '.join(sorted(unknown))} that waits.",
            remedy="List them; one that was redriven is not listed again.",
        )
    return tuple(letter for letter in waiting if letter.id in ids)


def _is_mark(record: Any) -> bool:
    return record.value is None and _header(record, dead_letter_headers.REDRIVEN) is not None


def _letter(record: Any) -> DeadLetter:
    return DeadLetter(
        id=f"{record.partition}-{record.offset}",
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        source_topic=_text(record, dead_letter_headers.SOURCE_TOPIC),
        source_partition=int(_text(record, dead_letter_headers.SOURCE_PARTITION)),
        source_offset=int(_text(record, dead_letter_headers.SOURCE_OFFSET)),
        error_code=_text(record, dead_letter_headers.ERROR_CODE),
        attempts=int(_text(record, dead_letter_headers.ATTEMPTS)),
        failed_at=datetime.fromisoformat(_text(record, dead_letter_headers.FAILED_AT)),
    )


def _header(record: Any, name: str) -> bytes | None:
    # The last of a name counts: ours stand behind the message's own.
    return next((value for key, value in reversed(record.headers) if key == name), None)


def _text(record: Any, name: str) -> str:
    value = _header(record, name)
    if value is None:
        raise PermanentError(
            "dead_letter_foreign",
            f"{record.topic}/{record.partition} offset {record.offset} has no header {name}.",
            remedy="Somebody else writes to this dead-letter topic; only its consumer may.",
        )
    return value.decode()


@contextmanager
def _told(consumer: str) -> Iterator[None]:
    """Kafka's errors in our words."""
    try:
        yield
    except UnknownTopicOrPartitionError as error:
        raise PermanentError(
            "dead_letters_unknown",
            f"there is no topic {dlq_topic(consumer)}.",
            remedy="Name a consumer group, as `router` or `notifier`.",
        ) from error
    except ProducerFencedError as error:
        raise PermanentError(
            "redrive_fenced", f"another redrive of {consumer} took over.", remedy="List what still waits."
        ) from error
    except KafkaError as error:
        raise TransientError("kafka_away", f"Kafka did not do it ({type(error).__name__}).") from error
