"""Halted consumers and their dead letters: one finding a consumer, however many partitions it keeps."""

from datetime import UTC, datetime, timedelta

from doctor.consumer_invariants import check_halted_consumers, foreign_records, waiting_dead_letters
from kit.kafka.dead_letters import ForeignRecord
from kit.kafka.halts import Halt

AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def halt(consumer: str, partition: int, *, seconds: int = 0) -> Halt:
    return Halt(consumer, "vahid.appeals.v1", partition, 7, AT + timedelta(seconds=seconds))


def test_each_halted_consumer_is_broken_and_named_with_its_places() -> None:
    notifier, router = check_halted_consumers(
        [halt("notifier", 0), halt("router", 1, seconds=9), halt("router", 2)]
    )
    assert (notifier.level, notifier.code, notifier.subject) == ("broken", "consumer.halted", "notifier")
    assert router.subject == "router"
    assert "2026-05-04 12:30:00 UTC" in router.sentence
    assert "vahid.appeals.v1/1 at offset 7, vahid.appeals.v1/2 at offset 7" in router.sentence
    assert "`vahid restart router`" in router.remedy


def test_the_remedy_names_the_process_of_the_stack() -> None:
    (finding,) = check_halted_consumers([halt("agency_adapter", 0)])
    assert "`vahid restart agency-adapter`" in finding.remedy


def test_where_none_has_halted_nothing_is_found() -> None:
    assert list(check_halted_consumers([])) == []


def test_dead_letters_wait_for_a_person() -> None:
    (finding,) = waiting_dead_letters({"notifier": 0, "router": 2})
    assert (finding.level, finding.code, finding.subject) == ("attention", "dead_letters.waiting", "router")
    assert finding.sentence.startswith("2 messages")
    assert "`vahid dlq ls router`" in finding.remedy


def test_a_record_that_is_no_dead_letter_is_named_with_its_place() -> None:
    (finding,) = foreign_records([ForeignRecord("2-17", "vahid.dlq.router.v1", "no header source-topic")])
    assert (finding.level, finding.code) == ("attention", "dead_letters.foreign")
    assert finding.subject == "vahid.dlq.router.v1 2-17" and "source-topic" in finding.sentence
