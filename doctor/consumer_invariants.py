"""What must hold of the consumers of Kafka's topics: none has halted, none has dead letters. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from doctor.findings import Finding, attention, broken
from kit.kafka.dead_letters import ForeignRecord
from kit.kafka.halts import Halt


def check_halted_consumers(halts: Iterable[Halt]) -> Iterator[Finding]:
    """No consumer has halted; `halts` are the partitions where one keeps a message, ordered by consumer."""
    for consumer, places in groupby(halts, key=lambda halt: halt.consumer):
        kept = list(places)
        since = min(halt.halted_at for halt in kept)
        where = ", ".join(f"{halt.topic}/{halt.partition} at offset {halt.offset}" for halt in kept)
        sentence = f"It failed too often in a row and halted at {since:%Y-%m-%d %H:%M:%S} UTC: {where}."
        process = consumer.replace("_", "-")
        remedy = f"Read the log of {process}, correct the fault, then `vahid restart {process}`."
        yield broken("consumer.halted", consumer, sentence, remedy)


def foreign_records(records: Iterable[ForeignRecord]) -> Iterator[Finding]:
    """The records in dead-letter topics that their consumers have not written."""
    for record in records:
        yield attention(
            "dead_letters.foreign",
            f"{record.topic} {record.id}",
            f"It is no dead letter: {record.reason}.",
            "Find out who wrote it: only its consumer may write to a dead-letter topic.",
        )


def waiting_dead_letters(dead_letters: Mapping[str, int]) -> Iterator[Finding]:
    """The consumers whose dead letters wait for a person."""
    for consumer, count in dead_letters.items():
        if count:
            yield attention(
                "dead_letters.waiting",
                consumer,
                f"{count} messages wait in the dead-letter topic of {consumer}.",
                f"Read them with `vahid dlq ls {consumer}`, then `vahid dlq redrive {consumer}`.",
            )
