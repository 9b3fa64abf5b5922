"""Topics have the limits of their contracts: each other limit is named."""

from dataclasses import replace

import pytest

from doctor.topic_invariants import check_topics
from kit.kafka.topic_limits import TopicLimits

TOPIC, LIMITS = "vahid.appeals.v1", TopicLimits(12, -1, 8_388_608)


def test_a_topic_within_its_contract_is_no_finding() -> None:
    assert list(check_topics({TOPIC: LIMITS}, {TOPIC: LIMITS})) == []


@pytest.mark.parametrize(
    ("has", "named"),
    [
        (replace(LIMITS, partitions=6), "partitions is 6, not 12"),
        (replace(LIMITS, partitions=24), "partitions is 24, not 12"),
        (replace(LIMITS, retention_ms=604_800_000), "retention.ms is 604800000, not -1"),
        (replace(LIMITS, max_message_bytes=1_048_588), "max.message.bytes is 1048588, not 8388608"),
    ],
)
def test_each_limit_that_differs_from_the_contract_is_named(has: TopicLimits, named: str) -> None:
    (found,) = check_topics({TOPIC: LIMITS}, {TOPIC: has})
    assert (found.level, found.code, found.subject) == ("broken", "topic.limits_differ", TOPIC)
    assert found.sentence.endswith(f": {named}.")


def test_a_topic_that_is_not_there_is_named() -> None:
    (found,) = check_topics({TOPIC: LIMITS}, {})
    assert (found.level, found.code, found.subject) == ("broken", "topic.missing", TOPIC)
