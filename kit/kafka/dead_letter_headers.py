"""Headers of a dead letter: the message's own, and those that say where it stood and why it failed."""

from datetime import datetime

from aiokafka import ConsumerRecord

from kit.kafka.message_headers import Headers, with_content_type

SOURCE_TOPIC = "source-topic"
SOURCE_PARTITION = "source-partition"
SOURCE_OFFSET = "source-offset"
ERROR_CODE = "error-code"
ATTEMPTS = "attempts"
FAILED_AT = "failed-at"
REDRIVEN = "redriven"
"""On a record without a value: the dead letter `<partition>-<offset>` of this topic is back at its source."""

DEAD_LETTER_HEADERS = frozenset(
    {SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, ERROR_CODE, ATTEMPTS, FAILED_AT}
)

_UNKNOWN_TYPE = "application/octet-stream"


def dead_letter_headers(record: ConsumerRecord, code: str, attempts: int, failed_at: datetime) -> Headers:
    """The headers of the dead letter of `record`."""
    own = with_content_type(own_headers(tuple(record.headers)), _UNKNOWN_TYPE)
    source = record.topic, record.partition, record.offset
    return own + failure_headers(source, code, attempts, failed_at)


def own_headers(headers: Headers) -> Headers:
    """The headers that the message had before it was dead-lettered."""
    return tuple((name, value) for name, value in headers if name not in DEAD_LETTER_HEADERS)


def failure_headers(source: tuple[str, int, int], code: str, attempts: int, failed_at: datetime) -> Headers:
    """What a dead letter says of itself: codes and numbers only, nothing personal.

    `source` is the topic, partition and offset at which the message stood.
    """
    topic, partition, offset = source
    values: dict[str, object] = {
        SOURCE_TOPIC: topic,
        SOURCE_PARTITION: partition,
        SOURCE_OFFSET: offset,
        ERROR_CODE: code,
        ATTEMPTS: attempts,
        FAILED_AT: failed_at.isoformat(),
    }
    return tuple((name, str(value).encode()) for name, value in values.items())
