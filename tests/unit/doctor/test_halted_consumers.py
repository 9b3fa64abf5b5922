"""A halted consumer is one finding, however many partitions it keeps."""

from datetime import UTC, datetime, timedelta

from doctor.halted_consumers import consumers_take_messages
from kit.kafka.halts import Halt

AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def halt(consumer: str, partition: int, *, seconds: int = 0) -> Halt:
    return Halt(consumer, "vahid.appeals.v1", partition, 7, AT + timedelta(seconds=seconds))


def test_each_halted_consumer_is_broken_and_named_with_its_places() -> None:
    notifier, router = consumers_take_messages(
        [halt("notifier", 0), halt("router", 1, seconds=9), halt("router", 2)]
    )
    assert (notifier.level, notifier.code, notifier.subject) == ("broken", "consumer.halted", "notifier")
    assert router.subject == "router"
    assert "2026-05-04 12:30:00 UTC" in router.sentence
    assert "vahid.appeals.v1/1 at offset 7, vahid.appeals.v1/2 at offset 7" in router.sentence
    assert "`vahid restart router`" in router.remedy


def test_the_remedy_names_the_process_of_the_stack() -> None:
    (finding,) = consumers_take_messages([halt("agency_adapter", 0)])
    assert "`vahid restart agency-adapter`" in finding.remedy


def test_where_none_has_halted_nothing_is_found() -> None:
    assert list(consumers_take_messages([])) == []
