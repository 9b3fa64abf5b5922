"""Reads from Kafka the topics' limits, and which consumers have dead letters and which have halted."""

import asyncio

from doctor.consumer_invariants import check_halted_consumers, foreign_records, waiting_dead_letters
from doctor.findings import Examination, Finding
from doctor.topic_invariants import check_topics
from kit.errors import TransientError, VahidError
from kit.kafka.admin import contract_limits
from kit.kafka.dead_letters import DeadLetters, FoundDeadLetters
from kit.kafka.halts import halts
from kit.kafka.topic_limits import topic_limits
from schemas.topics import load_contracts


async def examine_consumers(bootstrap: str, found: Examination) -> list[Finding]:
    """What is wrong with the topics and their consumers.

    Raises:
        KafkaError, TransientError: Kafka cannot be reached.
    """
    wanted = contract_limits(load_contracts())
    limits = await asyncio.to_thread(topic_limits, bootstrap, sorted(wanted))
    dead_letters = await asyncio.to_thread(_dead_letters, bootstrap)
    waiting = {consumer: len(each.waiting) for consumer, each in dead_letters.items()}
    found.counts["dead letters"] = sum(waiting.values())
    halted = await asyncio.to_thread(halts, bootstrap, waiting)
    return [
        *check_topics(wanted, limits),
        *waiting_dead_letters(waiting),
        *foreign_records(record for each in dead_letters.values() for record in each.foreign),
        *check_halted_consumers(halted),
    ]


def _dead_letters(bootstrap: str) -> dict[str, FoundDeadLetters]:
    """The dead letters by consumer; one without a dead-letter topic is not installed."""
    reader = DeadLetters(bootstrap)
    consumers = sorted({consumer for contract in load_contracts() for consumer in contract.consumers})
    found = {}
    for consumer in consumers:
        try:
            found[consumer] = reader.read(consumer)
        except TransientError:
            raise
        except VahidError as error:
            if error.code != "dead_letters_unknown":
                raise
    return found
