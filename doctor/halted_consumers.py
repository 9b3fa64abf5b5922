"""Consumers that have halted: read from the notes beside their committed offsets in Kafka. Pure."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from doctor.findings import Finding, broken
from kit.kafka.halts import Halt


def consumers_take_messages(halts: Iterable[Halt]) -> Iterator[Finding]:
    """No consumer has halted; `halts` are the places where one keeps a message, ordered by consumer."""
    for consumer, places in groupby(halts, key=lambda halt: halt.consumer):
        kept = list(places)
        since = min(halt.halted_at for halt in kept)
        where = ", ".join(f"{halt.topic}/{halt.partition} at offset {halt.offset}" for halt in kept)
        sentence = f"It failed too often in a row and halted at {since:%Y-%m-%d %H:%M:%S} UTC: {where}."
        process = consumer.replace("_", "-")
        remedy = f"See the log of {process}, repair the fault, then `vahid restart {process}`."
        yield broken("consumer.halted", consumer, sentence, remedy)
