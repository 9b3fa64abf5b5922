"""Reading topics to where they end now. It blocks, joins no group and commits no offset."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from kit.errors import TransientError
from kit.kafka.committed_offsets import committed_offsets
from kit.kafka.connection import client_options, kafka_away

POLL_MS = 1000
SILENT_POLLS = 15


def reader_of(bootstrap: str) -> Any:
    """A reader without a group. Close it."""
    return KafkaConsumer(
        **client_options(bootstrap),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )


def read_until(reader: Any, ends: dict[TopicPartition, int]) -> Iterator[Any]:
    """All records before `ends`, by the reader's position: transactions leave gaps in offsets.

    Raises:
        TransientError: `topic_unread`: Kafka has not sent all of them.
    """
    silent = 0
    while behind := [partition for partition, end in ends.items() if reader.position(partition) < end]:
        found = reader.poll(timeout_ms=POLL_MS)
        silent = 0 if found else silent + 1
        if silent > SILENT_POLLS:
            raise TransientError("topic_unread", f"{behind[0].topic} could not be read to its end.")
        for partition, records in found.items():
            yield from (record for record in records if record.offset < ends[partition])


def unconsumed(bootstrap: str, group: str, topic: str) -> Iterator[Any]:
    """The records of `topic` that the consumer group `group` has not committed, as the topic ends now.

    A record that the group handles meanwhile may be among them.

    Raises:
        TransientError: `kafka_away`, `topic_unread`: Kafka does not answer.
    """
    try:
        with closing(KafkaAdminClient(**client_options(bootstrap), client_id="vahid-unconsumed")) as admin:
            committed = committed_offsets(admin, [group]).get(group, {})
        with closing(reader_of(bootstrap)) as reader:
            numbers = reader.partitions_for_topic(topic) or set()
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            reader.assign(partitions)
            for partition, first in reader.beginning_offsets(partitions).items():
                place = committed.get(partition)
                reader.seek(partition, max(first, place.offset if place else first))
            yield from read_until(reader, reader.end_offsets(partitions))
    except KafkaError as error:
        raise kafka_away(bootstrap, error) from error
