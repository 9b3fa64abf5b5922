"""How a message stands in a dead-letter topic: as it was, with headers that say where from and why."""

from datetime import datetime

from aiokafka import ConsumerRecord

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

Headers = tuple[tuple[str, bytes], ...]


def dead_letter_headers(record: ConsumerRecord, code: str, attempts: int, failed_at: datetime) -> Headers:
    """The message's own headers and those of its dead letter. Codes and numbers only, nothing personal."""
    own = tuple((name, value) for name, value in record.headers if name not in DEAD_LETTER_HEADERS)
    typed = own if any(name == "content-type" for name, _ in own) else (*own, _UNKNOWN_TYPE)
    said = {
        SOURCE_TOPIC: record.topic,
        SOURCE_PARTITION: record.partition,
        SOURCE_OFFSET: record.offset,
        ERROR_CODE: code,
        ATTEMPTS: attempts,
        FAILED_AT: failed_at.isoformat(),
    }
    return (*typed, *((name, str(value).encode()) for name, value in said.items()))


_UNKNOWN_TYPE = ("content-type", b"application/octet-stream")
