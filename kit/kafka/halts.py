"""Where a halted consumer stands: a note beside its committed offsets, which outlives its process.

Each partition on which a message waits keeps the offset of that message, with the note as the metadata of the
committed offset. The next message that is settled there, by whichever process, takes the note away.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from kit.kafka.committed_offsets import committed_offsets
from kit.kafka.connection import client_options, kafka_away

_MARK = "halted "


@dataclass(frozen=True)
class Halt:
    """The consumer group `consumer` has kept the message at `offset` since it halted (real time)."""

    consumer: str
    topic: str
    partition: int
    offset: int
    halted_at: datetime


def halt_note(halted_at: datetime) -> str:
    """The metadata of a committed offset at which a consumer that halted at this time stands."""
    return f"{_MARK}{halted_at.isoformat()}"


def halted_at(metadata: str | None) -> datetime | None:
    """When the consumer halted, by the metadata of a committed offset; None where it did not."""
    if metadata is None or not metadata.startswith(_MARK):
        return None
    return datetime.fromisoformat(metadata.removeprefix(_MARK))


def halts(bootstrap: str, consumers: Iterable[str]) -> tuple[Halt, ...]:
    """The places where these consumer groups stand halted. It blocks, and joins no group.

    Raises:
        TransientError: `kafka_away`: Kafka does not answer.
    """
    try:
        with closing(KafkaAdminClient(**client_options(bootstrap), client_id="vahid-halts")) as admin:
            committed = committed_offsets(admin, sorted(consumers))
    except KafkaError as error:
        raise kafka_away(bootstrap, error) from error
    return tuple(
        Halt(consumer, partition.topic, partition.partition, place.offset, at)
        for consumer, places in sorted(committed.items())
        for partition, place in sorted(places.items())
        if (at := halted_at(place.metadata)) is not None
    )
