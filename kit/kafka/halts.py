"""Where a halted consumer stands: a note beside its committed offsets, which outlives its process.

Each partition on which a message waits keeps the offset of that message, with the note as the metadata of the
committed offset. The next message that is settled there, by whichever process, takes the note away.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import CoordinatorNotAvailableError, KafkaError
from kafka.structs import OffsetAndMetadata

from kit.errors import TransientError

TRIES, PAUSE_SECONDS = 10, 0.5
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
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap, client_id="vahid-halts")) as admin:
            committed = _committed(admin, sorted(consumers))
    except KafkaError as error:
        problem = type(error).__name__
        raise TransientError("kafka_away", f"Kafka at {bootstrap} does not answer ({problem}).") from error
    return tuple(
        Halt(consumer, partition.topic, partition.partition, place.offset, at)
        for consumer, places in sorted(committed.items())
        for partition, place in sorted(places.items())
        if (at := halted_at(place.metadata)) is not None
    )


def _committed(admin: Any, consumers: Sequence[str]) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    """The committed offsets of these groups. A broker that has just started needs time to find them."""
    for _ in range(TRIES - 1):
        try:
            return _list(admin, consumers)
        except CoordinatorNotAvailableError:
            time.sleep(PAUSE_SECONDS)
    return _list(admin, consumers)


def _list(admin: Any, consumers: Sequence[str]) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    found: dict[str, dict[TopicPartition, OffsetAndMetadata]] = admin.list_group_offsets(list(consumers))
    return found
