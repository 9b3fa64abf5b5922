"""What must hold of the consumers of Kafka's topics: none has halted, none has dead letters. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from doctor.findings import Finding, attention, broken
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
